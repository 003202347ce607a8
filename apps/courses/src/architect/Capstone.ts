/** The capstone: the framework of one file decides, folds and projects as the library does. */
import { Effect, Equal, Option, Result, Stream } from "effect"
import { isDeepStrictEqual } from "node:util"
import { CommandHandler, EventCodec, EventReader, Projector, ReadModel, State } from "refold"
import * as Account from "../bank/Account.ts"
import * as AccountEvents from "../bank/AccountEvents.ts"
import { balances } from "../bank/Balances.ts"
import { claim, type Objective } from "../Course.ts"
import * as Framework from "./Framework.ts"

const commands: ReadonlyArray<Account.Command> = [
  { _tag: "Deposit", amount: 10 },
  { _tag: "OpenAccount", ownerName: "Kim" },
  { _tag: "Deposit", amount: 700 },
  { _tag: "Withdraw", amount: 900 },
  { _tag: "Withdraw", amount: 200 },
  { _tag: "OpenAccount", ownerName: "Kim" },
  { _tag: "Deposit", amount: 55 }
]

const outcome = (result: Result.Result<unknown, { readonly _tag: string }>): string =>
  Result.isSuccess(result) ? "ok" : result.failure._tag

const inFramework = () => {
  const log = Framework.makeLog<Account.Event>()
  const { handle, stateAt, takeSnapshot } = Framework.makeAggregate(log, Account.decider)
  const outcomes = commands.map((command) => outcome(handle("account-kim", command)))
  const stale = log.append("account-kim", 1, [Account.MoneyDeposited.make({ amount: 1 })])
  const full = stateAt("account-kim")
  takeSnapshot("account-kim")
  const rows = Framework.project(log, {
    key: ({ stream }) => stream,
    initial: balances.initialState,
    evolve: (row, event) => evolveRow(row, event)
  })
  return { log, outcomes, stale, full, short: stateAt("account-kim"), past: stateAt("account-kim", 2), rows }
}

type Row = typeof balances.initialState

// The projection of the course keeps its rows and does not read the envelope.
const evolveRow = (row: Row, event: Account.Event): Row => ({
  ...row,
  ownerName: event._tag === "AccountOpened" ? event.ownerName : row.ownerName,
  balance: row.balance + changeOf(event),
  movements: row.movements + (event._tag === "AccountOpened" ? 0 : 1)
})

const changeOf = (event: Account.Event): number => {
  if (event._tag === "AccountOpened") return 0
  return event._tag === "MoneyDeposited" ? event.amount : -event.amount
}

const inRefold = Effect.gen(function*() {
  const handle = CommandHandler.make(Account.aggregate)
  const outcomes = yield* Effect.forEach(
    commands,
    (command) => Effect.map(Effect.result(handle("kim", command)), outcome)
  )
  const stream = yield* AccountEvents.streamOf("kim")
  const stored = yield* Stream.runCollect((yield* EventReader.EventReader).readStream(stream))
  const events = yield* Effect.fromResult(EventCodec.decodeAll(Account.codec, stored))
  yield* Projector.catchUp(balances)
  const row = Option.map(yield* ReadModel.get(balances, stream), ({ state }) => state)
  return { outcomes, events, state: (yield* State.load(Account.aggregate, "kim")).state, row }
})

/** Objective: a small framework, compared with the library on the same commands. */
export const framework: Objective = {
  name: "Capstone: a framework of one file",
  run: Effect.gen(function*() {
    const small = inFramework()
    const library = yield* inRefold
    const events = small.log.all().map(({ event }) => event)
    return [
      claim(`the same answers: ${small.outcomes.join(", ")}`, Equal.equals(small.outcomes, library.outcomes)),
      claim(
        `the same ${events.length} events and the same state`,
        same(events, library.events) && same(small.full.state, library.state)
      ),
      claim("the same row of the read model", same(small.rows.get("account-kim"), Option.getOrUndefined(library.row))),
      claim(
        `from a snapshot ${small.short.folded} events are folded instead of ${small.full.folded}, with the same state`,
        small.short.folded === 0 && same(small.short.state, small.full.state)
      ),
      claim(
        `the balance at version 2 is ${Account.balanceOf(small.past.state)}`,
        Account.balanceOf(small.past.state) === 700
      ),
      claim("a stale writer is rejected", Result.isFailure(small.stale))
    ]
  })
}

// The order of the keys of an object means nothing.
const same = (one: unknown, other: unknown): boolean => isDeepStrictEqual(one, other)
