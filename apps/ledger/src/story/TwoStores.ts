/**
 * Chapter: the same history in another store. Every account is copied into memory, event by event; then both stores give
 * the same states, and the same projections make the same rows of it.
 */
import * as Position from "@refold/core/event/Position"
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import * as StreamName from "@refold/core/event/StreamName"
import * as AsOf from "@refold/core/journal/AsOf"
import * as MemoryStore from "@refold/memory/MemoryStore"
import { EventStore } from "@refold/store/log/EventStore"
import type { NonEmptyReadonlyArray } from "effect/Array"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as Account from "../Account.ts"
import * as Accounts from "../Accounts.ts"
import { type Check, check } from "./Check.ts"
import * as SameRows from "./SameRows.ts"

/** What was compared. */
export interface TwoStores {
  readonly _tag: "TwoStores"
  readonly events: number
  readonly accounts: number
  /** The streams on which the stores do not agree. */
  readonly unequal: ReadonlyArray<StreamName.StreamName>
  /** By projection, how many rows there are and the keys of those that only one store has like this. */
  readonly rows: ReadonlyArray<SameRows.SameRows>
  readonly checks: ReadonlyArray<Check>
}

// Memory holds the whole copy; of a longer log, the beginning must do.
const most = 100_000

/** Copies the log into a fresh store in memory and loads every account from both. */
export const tell = Effect.fnUntraced(function*() {
  const memory = yield* Layer.build(Layer.fresh(MemoryStore.layer))
  const { count, last, streams } = yield* copyInto(Context.get(memory, EventStore))
  const asOf = AsOf.position(last)
  const unequal: Array<StreamName.StreamName> = []
  for (const stream of streams) {
    const id = StreamName.id(stream)
    const here = yield* Accounts.load(id, { asOf })
    const there = yield* Effect.provide(Accounts.load(id), memory)
    if (here.version !== there.version || !Equal.equals(here.state, there.state)) unequal.push(stream)
  }
  const rows = yield* SameRows.compare(memory, last)
  const chapter: TwoStores = {
    _tag: "TwoStores",
    events: count,
    accounts: streams.size,
    unequal,
    rows,
    checks: [
      check(
        "the same history gives equal states in memory and in PostgreSQL",
        streams.size > 0 && unequal.length === 0
      ),
      check(
        "the same projections make equal rows in memory and in PostgreSQL",
        rows.every(({ count, unequal }) => count > 0 && unequal.length === 0)
      )
    ]
  }
  return chapter
}, Effect.scoped)

const copyInto = Effect.fnUntraced(function*(memory: EventStore["Service"]) {
  const streams = new Set<StreamName.StreamName>()
  let count = 0
  let last = Position.start
  const log = (yield* EventStore).readAll({ categories: [Account.aggregate.category], limit: most })
  yield* Stream.runForEachArray(
    log,
    Effect.fnUntraced(function*(events) {
      for (const [stream, own] of Map.groupBy(events, ({ stream }) => stream)) {
        streams.add(stream)
        // A group has at least one member.
        yield* memory.append(stream, own as unknown as NonEmptyReadonlyArray<RecordedEvent>)
      }
      count += events.length
      last = events.at(-1)?.position ?? last
    })
  )
  return { count, last, streams }
})
