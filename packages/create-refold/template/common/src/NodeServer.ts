/** A server of Node for any function from a request to a response. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import { Readable } from "node:stream"
import { pipeline } from "node:stream/promises"

const toRequest = (message: IncomingMessage, signal: AbortSignal): Request => {
  const method = message.method ?? "GET"
  const headers = new Headers()
  for (const [name, values] of Object.entries(message.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value)
  }
  // The client chooses the header Host, so it is not used.
  const url = `http://localhost${message.url?.startsWith("/") === true ? message.url : "/"}`
  const hasBody = method !== "GET" && method !== "HEAD"
  return new Request(url, {
    method,
    headers,
    signal,
    ...(hasBody ? { body: Readable.toWeb(message), duplex: "half" } : {})
  })
}

/** Makes a server that does not listen yet. */
export const nodeServer = (handler: (request: Request) => Promise<Response>): Server =>
  createServer((message: IncomingMessage, answer: ServerResponse) => {
    const disconnected = new AbortController()
    answer.once("close", () => disconnected.abort())
    const respond = async () => {
      const { body, headers, status } = await handler(toRequest(message, disconnected.signal))
      answer.writeHead(status, Object.fromEntries(headers))
      if (body === null) answer.end()
      else await pipeline(Readable.fromWeb(body), answer)
    }
    // The client sent what is no `Request`, such as TRACE, or it has disconnected.
    respond().catch(() => answer.headersSent ? answer.destroy() : answer.writeHead(400).end())
  })
