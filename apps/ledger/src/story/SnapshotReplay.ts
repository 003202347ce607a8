/** Chapter: an account with 10,000 events is loaded event by event, and from a snapshot that saw most of them. */
import * as AsOf from "@refold/core/journal/AsOf"
import * as ExpectedVersion from "@refold/core/journal/ExpectedVersion"
import * as Snapshots from "@refold/store/decide/Snapshots"
import * as State from "@refold/store/decide/State"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Option from "effect/Option"
import * as Account from "../Account.ts"
import * as Accounts from "../Accounts.ts"
import { Amount } from "../Amount.ts"
import { type Check, check } from "./Check.ts"
import * as Facts from "./Facts.ts"

/** Two ways to the same state. */
export interface SnapshotReplay {
  readonly _tag: "SnapshotReplay"
  readonly events: number
  readonly snapshotVersion: number
  /** Milliseconds of a load that replays every event: the median of several. */
  readonly fullMs: number
  /** Milliseconds of a load that starts from the snapshot: the median of several. */
  readonly snapshotMs: number
  readonly checks: ReadonlyArray<Check>
}

const eventCount = 10_000
// A handler that saves one every 100 events leaves 100 to replay at the worst.
const snapshotVersion = eventCount - 100
const runs = 5

const withoutSnapshots = { ...Account.aggregate, snapshots: Option.none() }

/** Fills an account up to 10,000 events, takes a snapshot and times both loads. */
export const tell = Effect.fnUntraced(function*(id: string) {
  yield* fill(id)
  yield* Snapshots.save(
    Account.aggregate,
    yield* State.load(withoutSnapshots, id, { asOf: AsOf.version(snapshotVersion) })
  )
  const [fullMs, full] = yield* timed(State.load(withoutSnapshots, id))
  const [snapshotMs, short] = yield* timed(Accounts.load(id))
  const chapter: SnapshotReplay = {
    _tag: "SnapshotReplay",
    events: full.version,
    snapshotVersion,
    fullMs,
    snapshotMs,
    checks: [
      check("10,000 events are replayed", full.version === eventCount),
      check("a snapshot and the events after it give the state of a full replay", Equal.equals(full, short)),
      check("a load from a snapshot is faster than a full replay", snapshotMs < fullMs)
    ]
  }
  return chapter
})

// Appends what is missing, so that on a server a second run finds the account full.
const fill = Effect.fnUntraced(function*(id: string) {
  const { stream, version } = yield* State.load(withoutSnapshots, id)
  for (let from: number = version; from < eventCount; from += batchSize) {
    const count = Math.min(batchSize, eventCount - from)
    const others = Array.from({ length: count - 1 }, (_, index) => nth(from + 1 + index))
    yield* Facts.append(stream, [nth(from), ...others], ExpectedVersion.Exact(from))
  }
})

const batchSize = 1_000

// The event with this index: the opening, then three deposits for every withdrawal.
const nth = (index: number): Account.Event => {
  const currency = "CZK"
  if (index === 0) return Account.AccountOpened.make({ branch: "Plzeň", statements: "AfterEachTransaction", currency })
  const fields = { amount: Amount.make(100 + (index % 900)), currency, channel: "Card" } as const
  return index % 4 === 0 ? Account.MoneyWithdrawn.make(fields) : Account.MoneyDeposited.make(fields)
}

// The first run warms up and does not count.
const timed = Effect.fnUntraced(function*<A, E, R>(load: Effect.Effect<A, E, R>) {
  const answer = yield* load
  const times: Array<number> = []
  for (let run = 0; run < runs; run++) {
    const [duration] = yield* Effect.timed(load)
    times.push(Duration.toMillis(duration))
  }
  const median = times.toSorted((a, b) => a - b)[Math.floor(runs / 2)] ?? 0
  return [Math.round(median * 100) / 100, answer] as const
})
