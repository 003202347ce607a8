/*
 * A TCP proxy on loopback between a client and the server, which drops connections at chosen moments. An instruction
 * identifies a request beforehand by a text in its bytes, and applies to one request.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Net from "node:net"

/** A running proxy. */
export interface Proxy {
  /** The server's url with the proxy's host and port. */
  readonly url: string
  /** Closes the connection instead of passing the request on; resolves when that is done. */
  readonly loseRequest: (text: string) => Promise<void>
  /** Passes the request on, waits for the answer, and closes the connection instead of passing the answer back. */
  readonly loseAnswer: (text: string) => Promise<void>
  /** Passes the request on and closes the client's connection at once; the server's connection stays open. */
  readonly leaveRunning: (text: string) => Promise<void>
  /** Closes the client's connection and keeps the request; resolves to a function that sends it and waits for the answer. */
  readonly delayRequest: (text: string) => Promise<() => Promise<void>>
  /** Keeps the request without closing a connection; resolves to a function that passes it on. */
  readonly holdRequest: (text: string) => Promise<() => void>
  /** Passes the request on and does not read the answer; resolves to a function that reads it and passes it back. */
  readonly holdAnswer: (text: string) => Promise<() => void>
  /** The number of bytes that the server has sent so far. */
  readonly received: () => number
  /** Closes every connection that is open now as soon as it is used again. */
  readonly poison: () => void
  /** Closes every connection; new ones lead to this server. */
  readonly switchTo: (url: string) => void
  /** Closes every connection and accepts no new ones. */
  readonly shut: () => Promise<void>
}

/** An instruction for the first request that contains `text`. */
interface Instruction {
  readonly text: string
  readonly carryOut: (connection: Connection, request: Buffer) => void
}

interface Connection {
  readonly client: Net.Socket
  readonly server: Net.Socket
  /** Whether requests and answers are passed on. */
  poisoned: boolean
}

/** Starts a proxy to the server of `url`. */
export const start = (url: string): Effect.Effect<Proxy, never, Scope.Scope> =>
  Effect.acquireRelease(Effect.promise(() => listen(new URL(url))), (proxy) => Effect.promise(proxy.shut))

const listen = async (first: URL): Promise<Proxy> => {
  let target = first
  const connections = new Set<Connection>()
  const instructions: Array<Instruction> = []
  let received = 0

  const listener = Net.createServer((client) => {
    const server = Net.connect(Number(target.port), target.hostname)
    const connection: Connection = { client, server, poisoned: false }
    connections.add(connection)
    client.on("data", (request: Buffer) => {
      if (connection.poisoned) return cut(connection)
      const index = instructions.findIndex(({ text }) => request.includes(text))
      const [instruction] = index < 0 ? [] : instructions.splice(index, 1)
      if (instruction === undefined) server.write(request)
      else instruction.carryOut(connection, request)
    })
    server.on("data", (answer: Buffer) => {
      received += answer.length
      if (client.writable) client.write(answer)
    })
    // An error is always followed by a close, which is handled.
    client.on("error", () => {})
    server.on("error", () => {})
    server.on("close", () => cut(connection))
    client.on("close", () => void (client.readableEnded && cut(connection)))
  })
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve))

  const instruct = <A>(
    text: string,
    carryOut: (connection: Connection, request: Buffer, done: (a: A) => void) => void
  ) =>
    new Promise<A>((done) => {
      instructions.push({ text, carryOut: (connection, request) => carryOut(connection, request, done) })
    })
  const answered = ({ server }: Connection) => new Promise<void>((resolve) => void server.once("data", () => resolve()))

  return {
    url: through(listener, first),
    loseRequest: (text) =>
      instruct<void>(text, (connection, _request, done) => {
        cut(connection)
        done()
      }),
    loseAnswer: (text) =>
      instruct<void>(text, (connection, request, done) => {
        connection.server.removeAllListeners("data")
        void answered(connection).then(() => cut(connection)).then(done)
        connection.server.write(request)
      }),
    leaveRunning: (text) =>
      instruct<void>(text, (connection, request, done) => {
        connection.server.write(request)
        connection.client.destroy()
        done()
      }),
    delayRequest: (text) =>
      instruct<() => Promise<void>>(text, (connection, request, done) => {
        connection.client.destroy()
        done(async () => {
          connection.server.write(request)
          await answered(connection)
          cut(connection)
        })
      }),
    holdRequest: (text) => instruct<() => void>(text, ({ server }, request, done) => done(() => server.write(request))),
    holdAnswer: (text) =>
      instruct<() => void>(text, ({ server }, request, done) => {
        server.pause()
        server.write(request)
        done(() => server.resume())
      }),
    received: () => received,
    poison: () => {
      for (const connection of connections) connection.poisoned = true
    },
    switchTo: (url) => {
      target = new URL(url)
      for (const connection of connections) cut(connection)
    },
    shut: async () => {
      const closed = new Promise((resolve) => listener.close(resolve))
      for (const connection of connections) cut(connection)
      await closed
    }
  }
}

const through = (listener: Net.Server, target: URL): string => {
  const address = listener.address()
  const url = new URL(target)
  url.host = `127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`
  return url.href
}

const cut = ({ client, server }: Connection): void => {
  client.destroy()
  server.destroy()
}
