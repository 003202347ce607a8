/**
 * A small generated bank in the format of the import: a year of accounts with salaries, rent, cash, cards, interest, fees
 * and overdrafts. Its files have the difficulties of real ones: rounded numbers, and no order within a day.
 */
import type { Currency } from "../Currency.ts"
import * as Movement from "./Movement.ts"
import * as Random from "./Random.ts"

/** The files of the sample that comes with the app, by name. */
export const shipped = (): Readonly<Record<"account.asc" | "trans.asc", string>> => files(1993)

interface Account {
  readonly id: number
  readonly district: number
  readonly frequency: string
  readonly opening: number
  readonly currency: Currency
  readonly movements: ReadonlyArray<Movement.Movement>
}

const accountCount = 32

/** The files for a seed. The same seed makes the same files. */
export const files = (seed: number): Readonly<Record<"account.asc" | "trans.asc", string>> => {
  const random = Random.make(seed)
  const accounts = Array.from({ length: accountCount }, (_, index) => account(random, index))
    .toSorted((a, b) => a.opening - b.opening)
  return {
    "account.asc": lines(`"account_id";"district_id";"frequency";"date";"currency"`, accounts.map(accountLine)),
    "trans.asc": lines(
      `"trans_id";"account_id";"date";"type";"operation";"amount";"balance";"k_symbol";"bank";"account"`,
      transactionLines(random, accounts)
    )
  }
}

const account = (random: Random.Random, index: number): Account => {
  const opening = index < accountCount - 2 ? random.int(1, 200) : 365
  return {
    id: 101 + index * 3,
    district: random.int(1, 77),
    frequency: random.pick(["POPLATEK MESICNE", "POPLATEK MESICNE", "POPLATEK TYDNE", "POPLATEK PO OBRATU"]),
    opening,
    currency: index % 5 === 2 ? "EUR" : index % 5 === 4 ? "USD" : "CZK",
    movements: movementsOf(random, index, opening)
  }
}

// The last two accounts open on New Year's Eve and have seen no money yet; the one before is dormant.
const movementsOf = (random: Random.Random, index: number, opening: number): ReadonlyArray<Movement.Movement> => {
  if (index >= accountCount - 2) return []
  return index === accountCount - 3 ? Movement.dormant(random, opening) : Movement.ofYear(random, opening)
}

const accountLine = ({ currency, district, frequency, id, opening }: Account): string =>
  `${id};${district};"${frequency}";${date(opening)};"${currency}"`

const transactionLines = (random: Random.Random, accounts: ReadonlyArray<Account>): ReadonlyArray<string> => {
  const rows = accounts.flatMap((account) => transactions(account))
  const ids = random.shuffle(rows.map((_, index) => 5_000 + index * 7))
  // Shuffled before a sort that keeps equal days as they are, so that the order within a day is lost.
  return random.shuffle(rows)
    .toSorted((a, b) => a.day - b.day)
    .map(({ rest }, index) => `${ids[index] ?? 0};${rest}`)
}

const transactions = ({ id, movements }: Account): ReadonlyArray<{ readonly day: number; readonly rest: string }> => {
  let balance = 0
  return movements.map(({ amount, bank, counterparty, day, operation, symbol, type }) => {
    balance += type === "PRIJEM" ? amount : -amount
    const kind = `${date(day)};"${type}";"${operation}"`
    return { day, rest: `${id};${kind};${money(amount)};${money(balance)};"${symbol}";${quoted(bank)};${counterparty}` }
  })
}

// The bank's exact amounts have minor units, but it prints whole tenths.
const money = (minorUnits: number): string => (Math.round(minorUnits / 10) / 10).toFixed(2)

const quoted = (text: string): string => (text === "" ? "" : `"${text}"`)

const date = (day: number): string => {
  const instant = new Date(Date.UTC(1993, 0, day))
  return instant.toISOString().slice(2, 10).replaceAll("-", "")
}

const lines = (header: string, rows: ReadonlyArray<string>): string => [header, ...rows, ""].join("\n")
