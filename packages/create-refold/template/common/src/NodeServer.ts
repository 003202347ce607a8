/** A server of Node for any function from a request to a response. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import { Readable } from "node:stream"
import { pipeline } from "node:stream/promises"
import type { ReadableStream as WebStream } from "node:stream/web"

const toRequest = (message: IncomingMessage, signal: AbortSignal): Request => {
  const method = message.method ?? "GET"
  const headers = new Headers()
  for (const [name, values] of Object.entries(message.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value)
  }
  // The client chooses the header Host, so it is not used.
  const url = `http://localhost${message.url?.startsWith("/") === true ? message.url : "/"}`
  const hasBody = method !== "GET" && method !== "HEAD"
  const init = { method, headers, signal }
  // The types of web streams are declared twice, by Node and by the DOM; the casts let either be the global ones.
  return new Request(url, hasBody ? { ...init, body: Readable.toWeb(message), duplex: "half" } as RequestInit : init)
}

/** Makes a server that does not listen yet. Once it is closed, it keeps no connection open for another request. */
export const nodeServer = (handler: (request: Request) => Promise<Response>): Server => {
  const server = createServer((message: IncomingMessage, answer: ServerResponse) => {
    const disconnected = new AbortController()
    answer.once("close", () => {
      disconnected.abort()
      if (!server.listening) server.closeIdleConnections()
    })
    const respond = async () => {
      const { body, headers, status } = await handler(toRequest(message, disconnected.signal))
      answer.writeHead(status, Object.fromEntries(headers))
      if (body === null) answer.end()
      else await pipeline(Readable.fromWeb(body as WebStream), answer)
    }
    // The client sent an invalid `Request`, such as TRACE, or it has disconnected.
    respond().catch(() => answer.headersSent ? answer.destroy() : answer.writeHead(400).end())
  })
  return server
}
