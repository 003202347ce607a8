/**
 * The same history in another store: every account is copied into memory, event by event. Both stores then give the same
 * states, and the same projections fill the same rows.
 */
import type { NonEmptyReadonlyArray } from "effect/Array"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as AsOf from "refold/AsOf"
import { EventStore } from "refold/EventStore"
import * as MemoryStore from "refold/MemoryStore"
import * as Position from "refold/Position"
import type { RecordedEvent } from "refold/RecordedEvent"
import * as StreamName from "refold/StreamName"
import * as Account from "../../Account.ts"
import * as Accounts from "../../Accounts.ts"
import * as Chapter from "../Chapter.ts"
import { count, list, table } from "../Narration.ts"
import * as RowComparison from "../support/RowComparison.ts"
import { projections } from "./Projections.ts"

// Memory holds the whole copy: of a longer log, only the beginning is compared.
const most = 100_000

const copyInto = Effect.fnUntraced(function*(memory: EventStore["Service"]) {
  const streams = new Set<StreamName.StreamName>()
  let count = 0
  let last = Position.start
  const log = (yield* EventStore).readAll({ categories: [Account.aggregate.category], limit: most })
  const copy = Effect.fnUntraced(function*(events: ReadonlyArray<RecordedEvent>) {
    for (const [stream, own] of Map.groupBy(events, ({ stream }) => stream)) {
      streams.add(stream)
      // Sound: a group has at least one member.
      yield* memory.append(stream, own as unknown as NonEmptyReadonlyArray<RecordedEvent>)
    }
    count += events.length
    last = events.at(-1)?.position ?? last
  })
  yield* Stream.runForEachArray(log, copy)
  return { count, last, streams }
})

const compareStores = Effect.fnUntraced(function*() {
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
  return { events: count, accounts: streams.size, unequal, rows: yield* RowComparison.compare(memory, last) }
})

/** The same history in two stores. */
export const storeComparison: Chapter.StoreChapter = Chapter.make("store-comparison", "Two stores, one history", {
  needs: [projections],
  find: function*() {
    return yield* Effect.scoped(compareStores())
  },
  figure: ({ accounts, events, unequal }) =>
    `${count(events)} events copied to memory; ${unequal.length} of ${count(accounts)} accounts differ`,
  checks: ({ accounts, rows, unequal }) => ({
    "the same history gives equal states in memory and in PostgreSQL": accounts > 0 && unequal.length === 0,
    "the same projections fill equal rows in memory and in PostgreSQL": rows.every(
      ({ rows, unequal }) => rows > 0 && unequal.length === 0
    )
  }),
  lines: ({ accounts, events, rows, unequal }) => [
    `${count(events)} events are copied into a store in memory.`,
    `Of ${count(accounts)} accounts, loaded from both stores, ${unequal.length} differ.`,
    ...unequal.length === 0 ? [] : [list(unequal.slice(0, 10))],
    "The same projections fill rows there:",
    table(rows.map(({ projection, rows, unequal }) => ({ projection, rows, unequal: unequal.length })))
  ],
  facts: ({ rows }) => ({ readSide: { sameRows: rows } })
})
