/** An account with 10,000 events is loaded event by event, and from a snapshot of the first 9,900. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Option from "effect/Option"
import * as AsOf from "refold/AsOf"
import * as ExpectedVersion from "refold/ExpectedVersion"
import * as Snapshots from "refold/Snapshots"
import * as State from "refold/State"
import * as Account from "../../Account.ts"
import * as Accounts from "../../Accounts.ts"
import { Amount } from "../../Amount.ts"
import * as Chapter from "../Chapter.ts"
import { count, table } from "../Narration.ts"
import { appendEvents } from "../support/AppendEvents.ts"

// The same account in every run: on a server the next run finds it complete.
const id = "busy"
const eventCount = 10_000
// A handler that saves a snapshot every 100 events leaves at most 100 to replay.
const snapshotVersion = eventCount - 100
const batchSize = 1_000
const runs = 5

const withoutSnapshots = { ...Account.aggregate, snapshots: Option.none() }

const fill = Effect.gen(function*() {
  const { stream, version } = yield* State.load(withoutSnapshots, id)
  for (let from: number = version; from < eventCount; from += batchSize) {
    const count = Math.min(batchSize, eventCount - from)
    const others = Array.from({ length: count - 1 }, (_, index) => nth(from + 1 + index))
    yield* appendEvents(stream, [nth(from), ...others], ExpectedVersion.Exact(from))
  }
})

// The event at an index: the opening, then three deposits for every withdrawal.
const nth = (index: number): Account.Event => {
  const currency = "CZK"
  if (index === 0) return Account.AccountOpened.make({ branch: "Plzeň", statements: "AfterEachTransaction", currency })
  const fields = { amount: Amount.make(100 + (index % 900)), currency, channel: "Card" } as const
  return index % 4 === 0 ? Account.MoneyWithdrawn.make(fields) : Account.MoneyDeposited.make(fields)
}

// The median of several loads in milliseconds, after one that is not counted.
const timed = Effect.fnUntraced(function*<A, E, R>(load: Effect.Effect<A, E, R>) {
  const loaded = yield* load
  const times: Array<number> = []
  for (let run = 0; run < runs; run++) {
    const [duration] = yield* Effect.timed(load)
    times.push(Duration.toMillis(duration))
  }
  const median = times.toSorted((a, b) => a - b)[Math.floor(runs / 2)] ?? 0
  return [Math.round(median * 100) / 100, loaded] as const
})

/** Loads with and without a snapshot. */
export const snapshot: Chapter.StoreChapter = Chapter.make("snapshot", "10,000 events, with and without a snapshot", {
  find: function*() {
    yield* fill
    const early = yield* State.load(withoutSnapshots, id, { asOf: AsOf.version(snapshotVersion) })
    yield* Snapshots.save(Account.aggregate, early)
    const [fullMs, full] = yield* timed(State.load(withoutSnapshots, id))
    const [snapshotMs, short] = yield* timed(Accounts.load(id))
    return { events: full.version, fullMs, snapshotMs, isEqual: Equal.equals(full, short) }
  },
  figure: ({ events, fullMs, snapshotMs }) =>
    `${count(events)} events loaded in ${fullMs.toFixed(1)} ms, from a snapshot in ${snapshotMs.toFixed(1)} ms`,
  checks: ({ events, fullMs, isEqual, snapshotMs }) => ({
    "10,000 events are replayed": events === eventCount,
    "a snapshot and the events after it give the state of a full replay": isEqual,
    "a load from a snapshot is faster than a full replay": snapshotMs < fullMs
  }),
  lines: ({ events, fullMs, snapshotMs }) => [
    table([
      { load: "from the first event", events, milliseconds: String(fullMs) },
      { load: "from a snapshot", events: events - snapshotVersion, milliseconds: String(snapshotMs) }
    ]),
    `Both give the same state; the second is ${(fullMs / snapshotMs).toFixed(0)} times as fast.`
  ],
  facts: ({ events, fullMs, snapshotMs }) => ({ replay: { events, fullMs, snapshotMs } })
})
