/** Routes of your own with the conventions of `@refold/http`: entity tags, idempotency keys and problems. */
import { etagOf, handleOptionsOf, problemOf } from "@refold/http"
import { Effect, type ManagedRuntime } from "effect"
import { createServer, type IncomingMessage, type Server } from "node:http"
import { Aggregate, CommandHandler, type MemoryStore, State } from "refold"
import { Wallet } from "../Wallet.ts"

// #region handle
const handle = CommandHandler.make(Wallet)

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
}

/** POST /wallets/ada with a command as JSON. */
const post = (id: string, headers: IncomingMessage["headers"], body: unknown) =>
  Effect.gen(function*() {
    const options = yield* Effect.fromResult(handleOptionsOf(headers))
    const command = yield* Effect.fromResult(Aggregate.parseCommand(Wallet, body))
    const { position, state, version } = yield* handle(id, command, options)
    return {
      status: 200,
      headers: { etag: etagOf(version), "refold-position": String(position) },
      body: { balance: state }
    }
  })

/** GET /wallets/ada */
const get = (id: string) =>
  Effect.map(State.load(Wallet, id), ({ state, version }) => ({
    status: 200,
    headers: { etag: etagOf(version) },
    body: { balance: state }
  }))
// #endregion

// #region problem
/** The answer, or the problem of a refusal, of an error, or of a defect. */
const answered = <R>(effect: Effect.Effect<Answer, unknown, R>): Effect.Effect<Answer, never, R> =>
  effect.pipe(
    Effect.catch((error) => Effect.succeed(problemOf(error))),
    Effect.catchDefect(() => Effect.succeed(problemOf(new Error("defect"))))
  )
// #endregion

// #region server
const read = async (request: IncomingMessage): Promise<unknown> => {
  let text = ""
  for await (const chunk of request) {
    text += String(chunk)
    if (text.length > 100_000) throw new RangeError("the body is too large")
  }
  return JSON.parse(text)
}

const route = (request: IncomingMessage) =>
  Effect.gen(function*() {
    const id = /^\/wallets\/([\w-]+)$/.exec(request.url ?? "")?.[1]
    if (id === undefined) return { status: 404, headers: {}, body: {} }
    if (request.method === "GET") return yield* get(id)
    return yield* post(
      id,
      request.headers,
      yield* Effect.orElseSucceed(Effect.tryPromise(() => read(request)), () => null)
    )
  })

/** A server on a store that is open. */
export const server = (runtime: ManagedRuntime.ManagedRuntime<MemoryStore.Services, never>): Server =>
  createServer((request, response) => {
    void runtime.runPromise(answered(route(request))).then(({ body, headers, status }) =>
      response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body))
    )
  })
// #endregion
