/** A saga moves the money of a transfer step by step, and compensates the steps that are done when a later one fails. */
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Stream from "effect/Stream"
import * as EventCodec from "refold/EventCodec"
import { EventReader } from "refold/EventReader"
import type { LoadedState } from "refold/LoadedState"
import * as Account from "../../Account.ts"
import * as Accounts from "../../Accounts.ts"
import { crowns, format } from "../../Amount.ts"
import * as Ledger from "../../Ledger.ts"
import * as Processes from "../../Processes.ts"
import * as Transfers from "../../Transfers.ts"
import * as Chapter from "../Chapter.ts"
import { list, table } from "../Narration.ts"
import { projections } from "../projections/Projections.ts"
import * as SagaHistory from "../support/SagaHistory.ts"
import * as SampleCustomers from "../support/SampleCustomers.ts"

const rent = crowns(300)

// The streams with events under the correlation id of the request.
const correlatedStreams = Effect.fnUntraced(
  function*({ position, stream }: Pick<LoadedState<unknown>, "position" | "stream">) {
    const reader = yield* EventReader
    const [request] = yield* Stream.runCollect(reader.readStream(stream, { limit: 1 }))
    const { correlationId } = request?.metadata ?? {}
    const later = yield* Stream.runCollect(reader.readAll({ after: position }))
    const own = later.filter(({ metadata }) => correlationId !== undefined && metadata.correlationId === correlationId)
    return [...new Set([stream, ...own.map((event) => event.stream)])]
  }
)

/** A transfer by a saga. */
export const transferSaga: Chapter.StoreChapter = Chapter.make("saga", "A transfer by a saga", {
  needs: [projections],
  find: function*({ moneyBefore, run }: Chapter.Input) {
    const customers = SampleCustomers.of(run)
    yield* SampleCustomers.open(customers.fred, crowns(1_000))
    yield* SampleCustomers.open(customers.gina, crowns(500))
    yield* SampleCustomers.open(customers.hugo, crowns(30_000))
    yield* moneyBefore
    const before = yield* SampleCustomers.holdings(customers)
    const transfer = `rent-${run}`
    const { fred: from, gina: to } = customers
    const request = yield* SampleCustomers.request(transfer, { from, to, amount: rent, purpose: "rent" })
    const requested = yield* SampleCustomers.holdings(customers)
    yield* Processes.moveMoney
    const after = yield* SampleCustomers.holdings(customers)
    const { state } = yield* Transfers.load(transfer)
    const history = yield* SagaHistory.of(transfer)
    return { transfer, before, requested, after, state, history, streams: yield* correlatedStreams(request) }
  },
  figure: ({ history, streams }) =>
    `${format(rent)} moved in ${history.length} reactions; one correlation id in ${streams.length} streams`,
  checks: ({ after, before, requested, state, streams }) => ({
    "the request of a transfer moves no money by itself": requested.fred === before.fred,
    "a transfer adds to one account what it takes from the other": state._tag === "Completed" &&
      before.fred - after.fred === rent && after.gina - before.gina === rent,
    "one correlation id is on all events that the request caused": streams.length === 4
  }),
  lines: ({ after, before, history, requested, streams, transfer }) => [
    `Fred requests a transfer of ${format(rent)} to Gina for the rent: one event.`,
    "A saga observes it and moves the money step by step, each under its own idempotency key.",
    `The stream of ${transfer} in the store has its triggers and decisions:`,
    SagaHistory.table(history),
    SampleCustomers.holdingsTable({ before, requested, "at the end": after }),
    `The correlation id of the request is on all events that it caused, in ${streams.length} streams:`,
    list(streams)
  ]
})

const gift = crowns(200)

const movementRow = (movement: Account.Movement) => ({
  event: movement._tag,
  purpose: "purpose" in movement ? movement.purpose : undefined,
  change: Account.changeOf(movement)
})

const movementsAfter = Effect.fnUntraced(
  function*({ stream, version }: Pick<LoadedState<unknown>, "stream" | "version">) {
    const later = yield* Stream.runCollect((yield* EventReader).readStream(stream, { after: version }))
    return yield* Effect.fromResult(EventCodec.decodeAll(Account.movements, later))
  }
)

/** A transfer that is compensated. */
export const sagaCompensation: Chapter.StoreChapter = Chapter.make("compensation", "A compensated transfer", {
  needs: [transferSaga],
  find: function*({ run }: Chapter.Input) {
    const customers = SampleCustomers.of(run)
    const { fred: from, gina: to } = customers
    const transfer = `gift-${run}`
    yield* SampleCustomers.asEmployee(Ledger.send(to, { _tag: "FreezeAccount", reason: "a lost card" }))
    const before = yield* SampleCustomers.holdings(customers)
    const loaded = yield* Accounts.load(from)
    yield* SampleCustomers.request(transfer, { from, to, amount: gift, purpose: "gift" })
    yield* Processes.moveMoney
    const after = yield* SampleCustomers.holdings(customers)
    const movements = yield* movementsAfter(loaded)
    yield* SampleCustomers.asEmployee(Ledger.send(to, { _tag: "UnfreezeAccount" }))
    const { state: ended } = yield* Transfers.load(transfer)
    return { transfer, before, after, ended, history: yield* SagaHistory.of(transfer), movements }
  },
  figure: ({ after, before, ended, history }) =>
    `${ended._tag} after ${history.length} reactions; ${format(before.fred - after.fred)} of ${format(gift)} lost`,
  checks: ({ after, before, ended, movements }) => ({
    "a transfer to a frozen account fails, with the reason": ended._tag === "Failed" &&
      ended.reason.includes("AccountIsFrozen"),
    "the debit is refunded": Equal.equals(after, before),
    "no event is removed: the account shows the debit and the refund": movements.map(({ _tag }) =>
      _tag
    ).join() === "MoneyWithdrawn,MoneyDeposited"
  }),
  lines: ({ after, before, ended, history, movements }) => [
    `Gina's account is frozen. Fred requests a transfer of ${format(gift)} to it.`,
    "The debit succeeds, the credit is refused, and the saga compensates:",
    SagaHistory.table(history),
    `The transfer is ${ended._tag === "Failed" ? `Failed, reason ${ended.reason}` : ended._tag}.`,
    SampleCustomers.holdingsTable({ before, "at the end": after }),
    "Fred's account, from which nothing is removed:",
    table(movements.map(movementRow), ["event", "purpose"], ["change"])
  ],
  facts: ({ ended, history, transfer }) => ({
    transfers: { compensated: { transfer, ended, reactions: history.length } }
  })
})
