/** The public commands of the bank: validated, authorised, idempotent, and reversed by further events. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { crowns, format } from "../../Amount.ts"
import * as Ledger from "../../Ledger.ts"
import * as Processes from "../../Processes.ts"
import * as ReadSide from "../../ReadSide.ts"
import * as Chapter from "../Chapter.ts"
import { answerTable } from "../events/ConcurrentCommands.ts"
import { list, table } from "../Narration.ts"
import * as SampleCustomers from "../support/SampleCustomers.ts"
import { transferSaga } from "./TransferSaga.ts"

const mistake = crowns(70)

const reverse = (id: string, deposit: number) =>
  SampleCustomers.asEmployee(Ledger.send(id, { _tag: "ReverseDeposit", deposit, reason: "entered for the wrong Gina" }))

/** A deposit that is reversed. */
export const depositReversal: Chapter.StoreChapter = Chapter.make("reversal", "A deposit is reversed", {
  needs: [transferSaga],
  find: function*({ run }: Chapter.Input) {
    const customers = SampleCustomers.of(run)
    const { gina: id } = customers
    const balance = Effect.map(SampleCustomers.holdings(customers), ({ gina }) => gina)
    const before = yield* balance
    const { version: deposit } = yield* Ledger.send(id, { _tag: "Deposit", amount: mistake, channel: "Cash" })
    const between = yield* balance
    const { position } = yield* reverse(id, deposit)
    const after = yield* balance
    const again = yield* Chapter.errorOf(reverse(id, deposit), "DepositAlreadyReversed")
    // Version 1 is the opening of the account.
    const noDeposit = yield* Chapter.errorOf(reverse(id, 1), "NoSuchDeposit")
    yield* ReadSide.awaitAll(position)
    const statement = yield* Ledger.ask({ _tag: "StatementOf", id })
    const entries = Option.match(statement, { onNone: () => [], onSome: ({ state }) => state.lines.slice(-2) })
    return { deposit, before, between, after, again, noDeposit, entries }
  },
  figure: ({ after, before, between }) => `${format(before)}, ${format(between)}, and ${format(after)} again`,
  checks: ({ after, again, before, between, entries, noDeposit }) => ({
    "a reversed deposit leaves the balance as it was": between === before + mistake && after === before,
    "a deposit is reversed once": again !== undefined,
    "only a deposit can be reversed": noDeposit !== undefined,
    "the statement shows the deposit and its reversal":
      `${entries[0]?.type} ${entries[1]?.type}` === "MoneyDeposited DepositReversed"
  }),
  lines: ({ after, again, before, between, deposit, entries, noDeposit }) => [
    `A clerk enters ${format(mistake)} for the wrong Gina: version ${deposit} of her account,`,
    `whose balance changes from ${format(before)} to ${format(between)}.`,
    `The event stays; another event reverses it and leaves ${format(after)}:`,
    table(entries, ["type"], ["change", "balance"]),
    `A second reversal is refused: ${again?._tag ?? "no refusal"}.`,
    `A reversal of version 1, the opening of the account, is refused: ${noDeposit?._tag ?? "no refusal"}.`
  ]
})

// #region receive
// An endpoint: reads the body as a command, and sends it under the key that the client chose.
const receive = Effect.fnUntraced(function*(id: string, body: unknown, idempotencyKey: string) {
  const command = yield* Effect.fromResult(Ledger.parse(body))
  return yield* Ledger.send(id, command, { idempotencyKey })
})
// #endregion

const amount = crowns(20)

/** Commands that are parsed and authorised. */
export const commandValidation: Chapter.StoreChapter = Chapter.make("command-validation", "Command validation", {
  needs: [transferSaga],
  find: function*({ run }: Chapter.Input) {
    const customers = SampleCustomers.of(run)
    const { fred: from, hugo: to } = customers
    const [transfer, key] = [`lunch-${run}`, `request-${run}`]
    const body = { _tag: "RequestTransfer", from, to, amount, currency: SampleCustomers.currency }
    const before = yield* SampleCustomers.holdings(customers)
    const first = yield* receive(transfer, body, key)
    const second = yield* receive(transfer, body, key)
    yield* Processes.moveMoney
    const after = yield* SampleCustomers.holdings(customers)
    const malformed = receive(transfer, { ...body, amount: "20", currency: "GBP" }, `${key}-2`)
    const invalid = yield* Chapter.errorOf(malformed, "CommandInvalid")
    // A command of the bank, but not one that `parse` accepts.
    const freeze = { _tag: "FreezeAccount", reason: "spite" } as const
    const unknown = yield* Chapter.errorOf(receive(from, freeze, `${key}-3`), "UnknownCommand")
    const forbidden = yield* Chapter.errorOf(Ledger.send(from, freeze), "Forbidden")
    return { key, body, first, second, before, after, invalid, unknown, forbidden }
  },
  figure: ({ forbidden, invalid, unknown }) =>
    `1 request sent twice, handled once; ${[invalid, unknown, forbidden].filter(Boolean).length} of 3 refused`,
  checks: ({ after, before, first, forbidden, invalid, second, unknown }) => ({
    "a request that is sent twice under one key moves money once": !first.deduplicated && second.deduplicated &&
      before.fred - after.fred === amount,
    "the error of a malformed request lists all of its problems": invalid?.issues.length === 2,
    "a command that is not offered over the network is unknown there": unknown !== undefined,
    "a customer cannot send an employee's command": forbidden !== undefined
  }),
  lines: ({ after, before, body, first, forbidden, invalid, key, second, unknown }) => [
    `A client sends this request under the idempotency key "${key}", receives no answer and sends it again:`,
    [JSON.stringify(body)],
    answerTable([first, second]),
    SampleCustomers.holdingsTable({ before, "at the end": after }),
    "Other requests are refused before anything is loaded:",
    list([invalid, unknown, forbidden].map((error) => error?.message ?? "no error"))
  ]
})
