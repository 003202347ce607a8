/** Wallets over HTTP, with Node's own server: parse, send, and one status for each kind of answer. */
import { Effect, type Layer, ManagedRuntime } from "effect"
import { createServer, type IncomingMessage, type Server } from "node:http"
import {
  CommandHandler,
  Commands,
  type EventReader,
  type EventStore,
  Middleware,
  type SnapshotStore,
  State
} from "refold"
import { Wallet } from "../Wallet.ts"

// #region door
const handle = CommandHandler.make(Wallet)
const send = Commands.make({ Deposit: handle, Withdraw: handle }, [Middleware.correlation, Middleware.logging])
// Only these tags can be sent over the wire.
const parse = Commands.parser({ Deposit: Wallet, Withdraw: Wallet })
// #endregion

// #region answer
interface Answer {
  readonly status: number
  readonly body: unknown
}

/** POST /wallets/ada with a command as JSON, and the client's key in the header Idempotency-Key. */
const post = (id: string, body: unknown, idempotencyKey: string | undefined) =>
  Effect.gen(function*() {
    const command = yield* Effect.fromResult(parse(body))
    const { deduplicated, state, version } = yield* send(id, command, { idempotencyKey })
    return { status: 200, body: { balance: state, version, deduplicated } }
  }).pipe(Effect.catch((error) => Effect.succeed(failure(error))))

/** GET /wallets/ada */
const get = (id: string) =>
  Effect.map(State.load(Wallet, id), ({ state, version }) => ({ status: 200, body: { balance: state, version } })).pipe(
    Effect.catch((error) => Effect.succeed(failure(error)))
  )
// #endregion

// #region status
const failure = (error: { readonly _tag: string }): Answer => {
  switch (error._tag) {
    // The request is wrong; repeated, it fails again.
    case "CommandInvalid":
    case "InvalidInput":
    case "UnknownCommand":
      return { status: 400, body: error }
    // The domain refuses.
    case "NotEnough":
    case "Full":
      return { status: 422, body: error }
    // Too many other writers, or the key belongs to another command.
    case "VersionConflict":
    case "IdempotencyConflict":
      return { status: 409, body: { _tag: error._tag } }
    // The store cannot be reached, or the outcome is unknown: repeat the request under the same key.
    case "EventStoreError":
    case "OutcomeUnknown":
      return { status: 503, body: { _tag: error._tag } }
    default:
      return { status: 500, body: { _tag: error._tag } }
  }
}
// #endregion

// #region server
const largest = 100_000

const read = async (request: IncomingMessage): Promise<unknown> => {
  let text = ""
  for await (const chunk of request) {
    text += String(chunk)
    if (text.length > largest) throw new RangeError("the body is too large")
  }
  return JSON.parse(text)
}

const answer = (request: IncomingMessage) =>
  Effect.gen(function*() {
    const id = /^\/wallets\/([^/?]+)$/.exec(request.url ?? "")?.[1]
    if (id === undefined) return { status: 404, body: { _tag: "NotFound" } }
    if (request.method === "GET") return yield* get(decodeURIComponent(id))
    const body = yield* Effect.tryPromise(() => read(request)).pipe(Effect.option)
    if (body._tag === "None") return { status: 400, body: { _tag: "NoJson" } }
    const key = request.headers["idempotency-key"]
    return yield* post(decodeURIComponent(id), body.value, typeof key === "string" ? key : undefined)
  })

type Stores = EventStore.EventStore | EventReader.EventReader | SnapshotStore.SnapshotStore

/** A server on a store. Close the server first and then dispose of the runtime: requests in hand still need it. */
export const serve = <E>(store: Layer.Layer<Stores, E>) => {
  const runtime = ManagedRuntime.make(store)
  const server: Server = createServer((request, response) => {
    void runtime.runPromise(answer(request)).catch(() => ({ status: 500, body: { _tag: "Defect" } })).then(
      ({ body, status }) => response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body))
    )
  })
  return { runtime, server }
}
// #endregion
