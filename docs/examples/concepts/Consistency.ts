/** Two clients of one wallet, a command and an event that are sent twice, and a query that includes the client's own command. */
import { DateTime, Effect, Option, Result } from "effect"
import {
  CommandHandler,
  EventId,
  EventStore,
  ExpectedVersion,
  Json,
  type NewEvent,
  Projector,
  ReadModel,
  type RecordedEvent,
  StreamName
} from "refold"
import { Wallets } from "../Richest.ts"
import { codec, Deposited, Wallet } from "../Wallet.ts"

const handle = CommandHandler.make(Wallet)

// #region conflict
export const conflict = Effect.gen(function*() {
  const seen = yield* handle("ada", { _tag: "Deposit", cents: 1000, from: "salary" })
  // Another client withdraws. The first one still shows version 1.
  yield* handle("ada", { _tag: "Withdraw", cents: 900 })
  return yield* Effect.flip(
    handle("ada", { _tag: "Deposit", cents: 5, from: "change" }, { expected: ExpectedVersion.Exact(seen.version) })
  )
})
// #endregion

// #region retry
export const retry = Effect.gen(function*() {
  yield* handle("bob", { _tag: "Deposit", cents: 500, from: "salary" })
  const first = yield* handle("bob", { _tag: "Withdraw", cents: 400 }, { idempotencyKey: "order-7" })
  // The client did not get the answer, and sends the command again.
  const again = yield* handle("bob", { _tag: "Withdraw", cents: 400 }, { idempotencyKey: "order-7" })
  const misused = yield* Effect.flip(
    handle("bob", { _tag: "Withdraw", cents: 1 }, { idempotencyKey: "order-7" })
  )
  return { first, again, misused }
})
// #endregion

// #region read-your-writes
export const ownWrites = Effect.gen(function*() {
  yield* Projector.start(Wallets)
  const answer = yield* handle("carl", { _tag: "Deposit", cents: 700, from: "salary" })
  yield* ReadModel.awaitPosition(Wallets, answer)
  return yield* ReadModel.get(Wallets, answer.stream)
}).pipe(Effect.scoped)
// #endregion

const stream = Result.getOrThrow(StreamName.make("wallet", "dora"))

/** An event of another system, with its own id. */
export const imported: NewEvent.NewEvent = {
  ...Result.getOrThrow(codec.encode(Deposited.make({ cents: 300, from: "bank" }))),
  id: Result.getOrThrow(EventId.parse("0192f0c1-3b5a-7000-8000-000000000007")),
  metadata: {},
  occurredAt: DateTime.makeUnsafe("2026-11-28T10:00:00Z")
}

// #region resend
export const resend = Effect.gen(function*() {
  const store = yield* EventStore.EventStore
  yield* store.append(stream, [imported], { expected: ExpectedVersion.NoStream })
  // The answer was lost. The same event at the same expected version:
  const conflict = yield* Effect.flip(store.append(stream, [imported], { expected: ExpectedVersion.NoStream }))
  // The same event without an expected version:
  const duplicate = yield* Effect.flip(store.append(stream, [imported]))
  return { conflict, duplicate }
})
// #endregion

// #region resend-by-key
export const resendByKey = Effect.gen(function*() {
  const store = yield* EventStore.EventStore
  const append = store.append(stream, [imported], {
    expected: ExpectedVersion.NoStream,
    idempotency: { key: `bank ${imported.id}` }
  })
  return { first: yield* append, again: yield* append }
})
// #endregion

// #region resend-by-id
const isMine = (found: RecordedEvent.RecordedEvent): boolean =>
  found.stream === stream && found.type === imported.type &&
  Json.canonical(found.data) === Json.canonical(imported.data)

export const appendOnce = Effect.gen(function*() {
  const store = yield* EventStore.EventStore
  return yield* store.append(stream, [imported], { expected: ExpectedVersion.NoStream }).pipe(
    Effect.map(({ position }) => position),
    Effect.catchTag(
      ["VersionConflict", "DuplicateEventId"],
      (failure) =>
        Effect.flatMap(
          store.findEvent(imported.id),
          (found) =>
            Option.isSome(found) && isMine(found.value) ? Effect.succeed(found.value.position) : Effect.fail(failure)
        )
    )
  )
})
// #endregion
