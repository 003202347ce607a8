/** Chapter: rows that many accounts share are made in the background; who waits for a position reads his own writes. */
import { Position } from "@refold/core/event/Position"
import type { StreamVersion } from "@refold/core/event/StreamVersion"
import type { AwaitTimeout } from "@refold/store/project/ProjectionError"
import * as ReadModel from "@refold/store/project/ReadModel"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Accounts from "../Accounts.ts"
import { crowns } from "../Amount.ts"
import * as TopAccounts from "../projection/TopAccounts.ts"
import { type Check, check } from "./Check.ts"

/** A write, and when it was seen. */
export interface OwnWrites {
  readonly _tag: "OwnWrites"
  readonly written: StreamVersion
  /** The version that the row had at once; 0 where there was no row yet. */
  readonly atOnce: number
  /** The version that it had once it was waited for, and how long that took. */
  readonly awaited: number
  readonly waitedMs: number
  /** What is said to someone who waits for events that are not there. */
  readonly timeout: AwaitTimeout | undefined
  readonly checks: ReadonlyArray<Check>
}

// Far beyond the end of the log, whoever else writes to it.
const ahead = 1_000_000

/** Deposits, reads at once, waits, reads again. */
export const tell = Effect.fnUntraced(function*(id: string) {
  const handled = yield* Accounts.handle(id, { _tag: "Deposit", amount: crowns(25), channel: "Card" })
  const { position, stream, version } = handled
  const rowVersion = Effect.map(
    ReadModel.get(TopAccounts.projection, stream),
    Option.match({ onNone: () => 0, onSome: (row) => row.version })
  )
  const atOnce = yield* rowVersion
  const [waited] = yield* Effect.timed(
    ReadModel.awaitPosition(TopAccounts.projection, handled, { timeout: "1 minute" })
  )
  const awaited = yield* rowVersion
  const timeout = yield* ReadModel.awaitPosition(TopAccounts.projection, Position(position + ahead), {
    timeout: "20 millis"
  }).pipe(Effect.as(undefined), Effect.catchTag("AwaitTimeout", Effect.succeed))
  const chapter: OwnWrites = {
    _tag: "OwnWrites",
    written: version,
    atOnce,
    awaited,
    waitedMs: Duration.toMillis(waited),
    timeout,
    checks: [
      check("who waits for his write's position reads it", awaited === version),
      check("a position that is never reached is an error in time", timeout?.position === position + ahead)
    ]
  }
  return chapter
})
