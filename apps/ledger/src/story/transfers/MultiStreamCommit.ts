/** A transfer without a saga: one commit writes to both accounts, so there is no step to wait for or to compensate. */
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Option from "effect/Option"
import * as Accounts from "../../Accounts.ts"
import { crowns, format } from "../../Amount.ts"
import { transferAtOnce } from "../../TransferAtOnce.ts"
import * as Chapter from "../Chapter.ts"
import { table } from "../Narration.ts"
import * as SampleCustomers from "../support/SampleCustomers.ts"
import { transferSaga } from "./TransferSaga.ts"

const amount = crowns(100)
const parts = 4

/** A transfer in one commit. */
export const multiStreamCommit: Chapter.StoreChapter = Chapter.make("multi-stream-commit", "A transfer in one commit", {
  needs: [transferSaga],
  find: function*({ run }: Chapter.Input) {
    const customers = SampleCustomers.of(run)
    const { fred: from, gina: to } = customers
    const movement = { from, to, amount, currency: SampleCustomers.currency, purpose: "tickets" }
    const before = yield* SampleCustomers.holdings(customers)
    const committed = yield* transferAtOnce(movement)
    const after = yield* SampleCustomers.holdings(customers)
    const { version } = yield* Accounts.load(from)
    const refused = yield* Chapter.errorOf(transferAtOnce({ ...movement, to: `unopened-${run}` }), "PartRefused")
    const isUnchanged = (yield* Accounts.load(from)).version === version
    const back = transferAtOnce({ ...movement, from: to, to: from, amount: crowns(100 / parts) })
    yield* Effect.all(Array.from({ length: parts }, () => back), { concurrency: "unbounded" })
    const last = yield* SampleCustomers.holdings(customers)
    const written = Option.match(committed, {
      onNone: () => [],
      onSome: ({ streams }) => streams.map(({ position, stream, version }) => ({ stream, version, position }))
    })
    return { before, after, written, refused, isUnchanged, last }
  },
  figure: ({ written }) => `${format(amount)} moved between ${written.length} streams in one commit`,
  checks: ({ after, before, isUnchanged, last, refused, written }) => ({
    "one commit changes both accounts": written.length === 2 && before.fred - after.fred === amount &&
      after.gina - before.gina === amount,
    "if one account refuses, neither changes": refused?.refusal._tag === "AccountNotOpen" && isUnchanged,
    [`of ${parts} such transfers at the same time none is lost`]: Equal.equals(last, before)
  }),
  lines: ({ after, before, refused, written }) => [
    `Both accounts are in one store, so one commit can move ${format(amount)}, without a saga:`,
    table(written),
    SampleCustomers.holdingsTable({ before, "at the end": after }),
    "The money is always in one of the accounts, there is nothing to compensate, and no approval can be waited for.",
    `To an account that is not open: ${refused?.message ?? "no error"}, ${refused?.refusal._tag ?? "no refusal"}.`,
    `The money goes back in ${parts} concurrent parts; the handler retries their conflicts.`
  ],
  facts: ({ written }) => ({ transfers: { atOnce: written } })
})
