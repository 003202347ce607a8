/** The mapping from the old bank's balances to events of accounts. */
import * as LegacyTable from "@refold/legacy/LegacyTable"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaTransformation from "effect/SchemaTransformation"
import * as Account from "../Account.ts"
import { Amount } from "../Amount.ts"
import { Currency } from "../Currency.ts"

// As the old application wrote it: crowns and hellers, never below 0.
const Money = Schema.String.pipe(
  Schema.check(Schema.isPattern(/^\d{1,12}(\.\d{1,2})?$/, { expected: "an amount such as 12.50, not below 0" })),
  Schema.decodeTo(
    Amount,
    SchemaTransformation.transform({
      decode: (text) => {
        const [whole = "", part = ""] = text.split(".")
        return Number(`${whole}${part.padEnd(2, "0")}`)
      },
      encode: (amount) => `${Math.trunc(amount / 100)}.${String(amount % 100).padStart(2, "0")}`
    })
  )
)

/** A valid row. */
const Row = Schema.Struct({
  account_no: Schema.NonEmptyString,
  currency: Currency,
  balance: Money,
  updated_at: Schema.DateTimeUtcFromString
})
type Row = typeof Row.Type

/** The table of a run as streams of accounts. */
export const mapping = (
  { run, schema, store }: { readonly run: string; readonly schema: string; readonly store: string }
) =>
  LegacyTable.make({
    name: `old bank ${run}`,
    table: `${schema}.balances`,
    key: "account_no",
    row: Row,
    id: ({ account_no }) => idOf(run, account_no),
    events: (before, after) => {
      const row = Option.orElse(after, () => before)
      const events = Option.match(after, { onNone: () => closed(before), onSome: (row) => became(before, row) })
      return Result.map(events, (events) => ({
        events,
        occurredAt: Option.isSome(after) ? Option.getOrThrow(row).updated_at : undefined
      }))
    },
    aggregate: Account.aggregate,
    facts: {
      // Each currency has a sum of its own.
      row: ({ balance, currency }) => ({ [currency]: BigInt(balance) }),
      state: (state) => state._tag === "Open" ? { [state.currency]: BigInt(state.balance) } : {}
    },
    store
  })

/** The id of an account that comes from the old bank. */
export const idOf = (run: string, accountNo: string): string => `old-${run}-${accountNo}`

type Events = Result.Result<ReadonlyArray<Account.Event>, string>

const became = (before: Option.Option<Row>, { balance, currency }: Row): Events => {
  if (Option.isSome(before)) {
    return before.value.currency === currency
      ? Result.succeed(moved(before.value.balance, balance, currency))
      : Result.fail("must not change its currency")
  }
  const opened = Account.AccountOpened.make({ branch: "the old bank", statements: "Monthly", currency })
  return Result.succeed([opened, ...moved(Amount.make(0), balance, currency)])
}

const closed = (before: Option.Option<Row>): Events =>
  Result.succeed(Option.match(before, {
    onNone: () => [],
    onSome: ({ balance, currency }) => [...moved(balance, Amount.make(0), currency), Account.AccountClosed.make({})]
  }))

// A table of balances has the current balance, and not the deposits that led to it.
const moved = (from: Amount, to: Amount, currency: Currency): ReadonlyArray<Account.Event> => {
  if (from === to) return []
  const amount = Amount.make(Math.abs(to - from))
  const remarks = { currency, amount, channel: "Unspecified", purpose: "as the old bank had it" } as const
  return [to > from ? Account.MoneyDeposited.make(remarks) : Account.MoneyWithdrawn.make(remarks)]
}
