/** A row of the bank's files as an event. It is a fact, stored without a decision. */
import * as Result from "effect/Result"
import { createHash } from "node:crypto"
import type { EventId } from "refold/EventId"
import type { NewEvent } from "refold/NewEvent"
import * as Account from "../Account.ts"
import type { Currency } from "../Currency.ts"
import type { AccountRow } from "./AccountRow.ts"
import { BadInput } from "./BadInput.ts"
import { files } from "./Source.ts"
import type { TransactionRow } from "./TransactionRow.ts"

/** The source of an imported event, and the id of the one before it in its stream. */
export interface Origin {
  readonly source: string
  readonly previousId: string
}

/** The opening of an account. */
export const ofAccount = (row: AccountRow, origin: Origin): Result.Result<NewEvent, BadInput> =>
  stamp(
    Account.AccountOpened.make({
      branch: `district ${row.districtId}`,
      statements: row.statements,
      currency: row.currency
    }),
    row,
    { occurredAt: row.openedOn, metadata: { source: `${origin.source}/${files.accounts}`, accountId: row.accountId } },
    origin
  )

/** A movement of money on an account in this currency, at the first instant of its day. */
export const ofTransaction = (
  row: TransactionRow,
  currency: Currency,
  origin: Origin
): Result.Result<NewEvent, BadInput> =>
  stamp(
    movement(row, currency),
    row,
    { occurredAt: row.day, metadata: { source: `${origin.source}/${files.transactions}`, transId: row.transId } },
    origin
  )

const movement = (row: TransactionRow, currency: Currency): Account.Movement => {
  const { amount, counterparty, symbol } = row
  const moved = { amount, currency }
  if (row.type === "PRIJEM" && symbol === "UROK") return Account.InterestCredited.make(moved)
  if (row.type !== "PRIJEM" && symbol === "SLUZBY") return Account.FeeCharged.make({ ...moved, reason: "Service" })
  if (row.type !== "PRIJEM" && symbol === "SANKC. UROK") {
    return Account.FeeCharged.make({ ...moved, reason: "OverdraftInterest" })
  }
  const fields = {
    ...moved,
    channel: channels[row.operation],
    ...(symbol === "" ? {} : { purpose: symbol }),
    ...(counterparty === "" ? {} : { counterparty })
  }
  return row.type === "PRIJEM" ? Account.MoneyDeposited.make(fields) : Account.MoneyWithdrawn.make(fields)
}

const channels: Readonly<Record<TransactionRow["operation"], Account.Channel>> = {
  VKLAD: "Cash",
  VYBER: "Cash",
  "VYBER KARTOU": "Card",
  "PREVOD Z UCTU": "Transfer",
  "PREVOD NA UCET": "Transfer",
  "": "Unspecified"
}

const stamp = (
  event: Account.Event,
  { raw }: AccountRow | TransactionRow,
  stamps: Pick<NewEvent, "occurredAt" | "metadata">,
  { previousId, source }: Origin
): Result.Result<NewEvent, BadInput> =>
  Result.mapBoth(Account.codec.encode(event), {
    onSuccess: (encoded) => ({ ...encoded, ...stamps, id: idOf([source, previousId, ...Object.values(raw.fields)]) }),
    onFailure: ({ reason }) => new BadInput({ ...raw.place, rule: `must hold only text that can be stored: ${reason}` })
  })

/**
 * The id of an imported event: a UUID (version 8, as RFC 9562 has it) made of its row and the id before it. The same
 * rows get the same ids, so importing again adds nothing; and an equal id proves that all rows before it are equal.
 */
const idOf = (parts: ReadonlyArray<string>): EventId => {
  const hex = createHash("sha256").update(JSON.stringify(parts)).digest("hex")
  const groups = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32)
  ]
  // An EventId is a UUID in lower case.
  return groups.join("-") as EventId
}
