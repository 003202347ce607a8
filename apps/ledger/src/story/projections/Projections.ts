/** Projections fold the log into rows: in the background, or in the statement that stores the events. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Option from "effect/Option"
import * as Struct from "effect/Struct"
import { EventReader } from "refold/EventReader"
import { Position } from "refold/Position"
import type { ProjectionStatus } from "refold/ProjectionStatus"
import * as ReadModel from "refold/ReadModel"
import { ReadModelStore } from "refold/ReadModelStore"
import * as Account from "../../Account.ts"
import * as Accounts from "../../Accounts.ts"
import { Amount, crowns, format } from "../../Amount.ts"
import * as Balances from "../../projection/Balances.ts"
import * as TopAccounts from "../../projection/TopAccounts.ts"
import * as Balance from "../../query/Balance.ts"
import * as ReadSide from "../../ReadSide.ts"
import * as Chapter from "../Chapter.ts"
import { bankImport } from "../events/BankImport.ts"
import { count, table } from "../Narration.ts"
import { appendEvents } from "../support/AppendEvents.ts"
import * as SampleCustomers from "../support/SampleCustomers.ts"

const phase = (status: ProjectionStatus | undefined): string =>
  status === undefined || Option.isSome(status.live) ? "live" : "filling"

const factsOfStatus = ["projection", "version", "position", "lag", "lagSeconds", "eventsPerSecond", "parked"] as const

/** The app's projections start, fill their rows from the log, and then follow it until the story ends. */
export const projections: Chapter.StoreChapter = Chapter.make("projections", "Projections of the log", {
  needs: [bankImport],
  find: function*() {
    const reader = yield* EventReader
    const head = yield* reader.head
    const fill = Effect.andThen(ReadSide.start, Effect.tap(ReadSide.status, () => ReadSide.awaitAll(head)))
    const [duration, started] = yield* Effect.timed(fill)
    const filled = yield* ReadSide.status
    const rows = filled.flatMap(({ live, projection }, index) =>
      Option.toArray(live).map(({ parked: { length: parked }, rate, ...status }) => {
        const atFirst = phase(started[index])
        return { ...status, projection, atFirst, eventsPerSecond: Math.round(rate), parked }
      })
    )
    return { started, rows, head, bound: yield* reader.bound, seconds: Duration.toSeconds(duration) }
  },
  figure: ({ bound, rows, seconds }) =>
    `${rows.length} projections filled from ${count(bound.head)} events in ${seconds.toFixed(1)} s`,
  checks: ({ bound, head, rows, started }) => ({
    "every projection is live and at the head of the log": rows.length === started.length &&
      rows.every(({ position }) => position >= head),
    "no projection has parked a stream": rows.every(({ parked }) => parked === 0),
    "no unfinished append holds back the readers": bound.heldBackBy.length === 0
  }),
  lines: ({ bound, rows, seconds }) => [
    `${rows.length} projections fold the log into rows. Just after the start, and ${seconds.toFixed(1)} s later:`,
    table(rows, ["projection", "version", "atFirst", "position", "lag", "eventsPerSecond", "parked"]),
    `The log ends at ${count(bound.head)}; ${bound.heldBackBy.length} unfinished appends hold back its readers.`
  ],
  facts: ({ bound, rows, seconds }) => ({
    readSide: {
      head: bound.head,
      projections: rows.map(Struct.pick(factsOfStatus)),
      fillingSeconds: seconds
    }
  })
})

const interest = Amount.make(150)

const balanceText = Option.match({
  onNone: () => "nothing",
  onSome: ({ state, version }: ReadModel.Row<Account.State>) =>
    `${format(Account.balanceOf(state))} at version ${version}`
})

/** The row of a balance is stored in the same statement as the events: it is stored when the command is answered. */
export const inlineProjection: Chapter.StoreChapter = Chapter.make("inline-projection", "An inline projection", {
  // Inline rows are stored once the projection has a live generation.
  needs: [projections],
  find: function*({ run }: Chapter.Input) {
    const id = `eva-${run}`
    const handled = yield* SampleCustomers.open(id, crowns(200))
    // The row as stored: a query would fold the events that the row lacks.
    const { rows: [stored] } = yield* (yield* ReadModelStore).read(
      Balances.projection,
      { _tag: "Keys", keys: [handled.stream] }
    )
    const afterCommand = yield* Balance.balanceOf(id)
    yield* appendEvents(handled.stream, [Account.InterestCredited.make({ amount: interest, currency: "EUR" })])
    return { handled, stored, afterCommand, afterEvent: yield* Balance.balanceOf(id) }
  },
  figure: ({ afterCommand, afterEvent }) =>
    `after a command ${balanceText(afterCommand)}, after one more event ${balanceText(afterEvent)}`,
  checks: ({ afterCommand, afterEvent, handled, stored }) => ({
    "right after a command its balance is in the stored row": stored?.version === handled.version &&
      Option.exists(afterCommand, ({ state }) => Equal.equals(state, handled.state)),
    "an event that no handler appended is in the next read": Option.exists(
      afterEvent,
      ({ state, version }) => version === handled.version + 1 && Account.balanceOf(state) === crowns(200) + interest
    )
  }),
  lines: ({ afterCommand, afterEvent }) => [
    "Eva opens an account in EUR and deposits 200.00.",
    `The handler stores the balance in the same statement as the event: the next read gives ${
      balanceText(afterCommand)
    }.`,
    `Interest of ${format(interest)} is then appended without a handler.`,
    `The next read folds the missing event: ${balanceText(afterEvent)}.`
  ]
})

// Far beyond the end of the log.
const ahead = 1_000_000

/** A reader that waits for the position of its write reads it, also from rows that are filled in the background. */
export const readYourWrites: Chapter.StoreChapter = Chapter.make("read-your-writes", "Reading one's own write", {
  needs: [inlineProjection],
  find: function*({ run }: Chapter.Input) {
    const handled = yield* Accounts.handle(`eva-${run}`, { _tag: "Deposit", amount: crowns(25), channel: "Card" })
    const row = ReadModel.get(TopAccounts.projection, handled.stream)
    const rowVersion = Effect.map(row, Option.match({ onNone: () => 0, onSome: ({ version }) => version }))
    const atOnce = yield* rowVersion
    const wait = (position: Position, timeout: Duration.Input) =>
      ReadModel.awaitPosition(TopAccounts.projection, position, { timeout })
    const [waited] = yield* Effect.timed(wait(handled.position, "1 minute"))
    const awaited = yield* rowVersion
    const unreached = Position(handled.position + ahead)
    const timeout = yield* Chapter.errorOf(wait(unreached, "20 millis"), "AwaitTimeout")
    return { written: handled.version, atOnce, awaited, waitedMs: Duration.toMillis(waited), unreached, timeout }
  },
  figure: ({ awaited, waitedMs }) => `after ${waitedMs.toFixed(1)} ms the list of accounts has version ${awaited}`,
  checks: ({ awaited, timeout, unreached, written }) => ({
    "a reader that waits for its write's position reads it": awaited === written,
    "waiting for a position that is never reached fails with a timeout": timeout?.position === unreached
  }),
  lines: ({ atOnce, awaited, timeout, waitedMs, written }) => [
    `The list of the largest accounts is filled in the background. Eva's next deposit writes version ${written};`,
    `the list, read at once, ${atOnce === 0 ? "has no row for Eva yet" : `has version ${atOnce}`}.`,
    `After waiting ${waitedMs.toFixed(1)} ms for the position of the write, it has version ${awaited}.`,
    `Waiting for a position that is never reached fails: ${timeout?.message ?? "no error"}.`
  ],
  facts: ({ waitedMs }) => ({ readSide: { readOwnWriteMs: waitedMs } })
})
