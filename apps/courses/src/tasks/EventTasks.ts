/** The tasks on events: the store, replay, versions, and compensation by a saga. */
import { DateTime, Effect, Equal, Stream } from "effect"
import { SqlClient } from "effect/sql"
import { isDeepStrictEqual } from "node:util"
import { EventCodec, EventIds, EventReader, EventStore, StreamName } from "refold"
import * as Gifts from "../../../../docs/examples/Gifts.ts"
import * as Account from "../bank/Account.ts"
import * as AccountEvents from "../bank/AccountEvents.ts"
import { claim, type Objective } from "../Course.ts"
import * as SqlCode from "../SqlCode.ts"
import * as Customer from "./Customer.ts"

const history = [
  Account.AccountOpened.make({ ownerName: "Lea" }),
  Account.MoneyDeposited.make({ amount: 900 }),
  Account.MoneyWithdrawn.make({ amount: 350 })
] as const

/** Task 1: an append-only log. */
export const store: Objective = {
  name: "Event store: an append-only log",
  run: Effect.gen(function*() {
    const { streams: [{ version }] } = yield* AccountEvents.append("lea", history, { expected: 0 })
    const sql = yield* SqlClient.SqlClient
    const changed = yield* SqlCode.of(sql`UPDATE refold.event_store SET type = 'Nothing'`)
    return [
      claim(`three events, all or nothing: the account is at version ${version}`, version === 3),
      claim(`a change of a stored event is refused: ${changed}`, changed === "23001")
    ]
  })
}

/** Task 2: state by replay. */
export const replay: Objective = {
  name: "Replay: state from events",
  run: Effect.gen(function*() {
    const once = yield* AccountEvents.replay("lea")
    const twice = yield* AccountEvents.replay("lea")
    return [
      claim(
        `replay gives ${JSON.stringify(once)}, each time`,
        Account.balanceOf(once) === 550 && Equal.equals(once, twice)
      )
    ]
  })
}

// #region old-events
const storeOld = Effect.gen(function*() {
  const log = yield* EventStore.EventStore
  const newId = yield* EventIds.EventIds
  const occurredAt = yield* DateTime.now
  for (const [index, { data, schemaVersion }] of Customer.stored.entries()) {
    const stream = yield* Effect.fromResult(StreamName.make("customer", `${index + 1}`))
    yield* log.append(stream, [
      { id: yield* newId, type: "CustomerRegistered", schemaVersion, data, metadata: {}, occurredAt }
    ])
  }
})
// #endregion

/** Task 3: versions of events: fields added, renamed and split, while stored events stay as they are. */
export const versions: Objective = {
  name: "Versioning: fields added, renamed, split",
  run: Effect.gen(function*() {
    yield* storeOld
    const reader = yield* EventReader.EventReader
    const stored = yield* Stream.runCollect(reader.readAll({ categories: ["customer"] }))
    const read = yield* Effect.fromResult(EventCodec.decodeAll(Customer.codec, stored))
    const { _tag, ...fields } = read[0]!
    return [
      claim(`version 1 is read as ${JSON.stringify(fields)}`, read.every((event) => isDeepStrictEqual(event, read[3]))),
      claim(
        "the stored events are as the old releases wrote them",
        stored.every(({ data }, index) => isDeepStrictEqual(data, Customer.stored[index]?.data))
      )
    ]
  })
}

/** Task 5: local steps and their compensations. */
export const saga: Objective = {
  name: "Compensation and sagas",
  run: Effect.gen(function*() {
    const { ada, over } = yield* Gifts.birthday
    return [
      claim(
        `two gifts: the first is ${over[0]}, the second, to a full wallet, ${over[1]}`,
        over.join() === "Succeeded,Compensated"
      ),
      claim(`the compensated gift is back in Ada's wallet: ${ada}`, ada === 700)
    ]
  })
}
