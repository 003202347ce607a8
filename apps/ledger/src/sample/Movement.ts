/** The movements of one generated account in a year, with exact amounts. */
import type { Random } from "./Random.ts"

// The columns of `trans.asc` that describe a movement.
interface Kind {
  readonly type: "PRIJEM" | "VYDAJ" | "VYBER"
  readonly operation: string
  readonly symbol: string
}

/** One movement: on a day (1 is New Year), an amount in minor units, the account at the other end. */
export interface Movement extends Kind {
  readonly day: number
  readonly amount: number
  readonly bank: string
  readonly counterparty: string
}

const kinds = {
  cashIn: { type: "PRIJEM", operation: "VKLAD", symbol: "" },
  salary: { type: "PRIJEM", operation: "PREVOD Z UCTU", symbol: "" },
  pension: { type: "PRIJEM", operation: "PREVOD Z UCTU", symbol: "DUCHOD" },
  interest: { type: "PRIJEM", operation: "", symbol: "UROK" },
  cash: { type: "VYDAJ", operation: "VYBER", symbol: "" },
  cashAtCounter: { type: "VYBER", operation: "VYBER", symbol: "" },
  card: { type: "VYDAJ", operation: "VYBER KARTOU", symbol: "" },
  fee: { type: "VYDAJ", operation: "VYBER", symbol: "SLUZBY" },
  overdraftInterest: { type: "VYDAJ", operation: "VYBER", symbol: "SANKC. UROK" },
  household: { type: "VYDAJ", operation: "PREVOD NA UCET", symbol: "SIPO" },
  insurance: { type: "VYDAJ", operation: "PREVOD NA UCET", symbol: "POJISTNE" },
  loan: { type: "VYDAJ", operation: "PREVOD NA UCET", symbol: "UVER" },
  transfer: { type: "VYDAJ", operation: "PREVOD NA UCET", symbol: " " }
} as const satisfies Record<string, Kind>

// The last days of the months of 1993.
const monthEnds = [31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365]

/** The movements of an account that opens on a day, in the order in which they happen. */
export const ofYear = (random: Random, opening: number): ReadonlyArray<Movement> => {
  const habits = {
    income: random.pick<Kind>([kinds.salary, kinds.pension, kinds.cashIn]),
    pay: random.int(20, 250) * 10_000,
    standing: random.pick<ReadonlyArray<Kind>>([[kinds.household], [kinds.household, kinds.insurance], [
      kinds.loan,
      kinds.household
    ], []]),
    spends: random.pick([0.5, 0.8, 1.4])
  }
  const movements = [movement(random, kinds.cashIn, opening, random.int(2, 12) * 10_000)]
  for (const end of monthEnds.filter((end) => end > opening)) {
    const payDay = Math.min(end, Math.max(opening, end - random.int(18, 24)))
    const month = [
      movement(random, habits.income, payDay, habits.pay),
      ...habits.standing.map((kind) => movement(random, kind, payDay + random.int(0, 2), random.int(50_000, 400_000))),
      ...spending(random, payDay, habits.pay * habits.spends)
    ]
    movements.push(...month.map((one) => ({ ...one, day: Math.min(one.day, end) })).toSorted((a, b) => a.day - b.day))
    movements.push(...bookings(random, movements, end))
  }
  return movements
}

/** A dormant account: its interest is so small that the bank prints it as 0.00. */
export const dormant = (random: Random, opening: number): ReadonlyArray<Movement> => [
  movement(random, kinds.cashIn, opening, 1_500),
  ...monthEnds.filter((end) => end > opening).map((end) => movement(random, kinds.interest, end, 4))
]

const spending = (random: Random, payDay: number, most: number): ReadonlyArray<Movement> =>
  Array.from({ length: random.int(0, 3) }, () => {
    const kind = random.pick<Kind>([kinds.cash, kinds.cash, kinds.cashAtCounter, kinds.card, kinds.transfer])
    return movement(random, kind, payDay + random.int(3, 16), random.int(1, Math.floor(most / 30_000)) * 10_000)
  })

// The bookings at the end of a month: interest paid or charged, to the last minor unit, and the fee.
const bookings = (random: Random, before: ReadonlyArray<Movement>, day: number): ReadonlyArray<Movement> => {
  const balance = before.reduce((sum, { amount, type }) => sum + (type === "PRIJEM" ? amount : -amount), 0)
  const interest = balance >= 0
    ? movement(random, kinds.interest, day, Math.floor((balance * 31) / 10_000))
    : movement(random, kinds.overdraftInterest, day, Math.ceil((-balance * 97) / 10_000))
  return random.chance(0.7) ? [interest, movement(random, kinds.fee, day, 1_460)] : [interest]
}

const movement = (random: Random, kind: Kind, day: number, amount: number): Movement => {
  const isTransfer = kind.operation.startsWith("PREVOD")
  return {
    ...kind,
    day,
    amount,
    bank: isTransfer ? random.pick(["AB", "CD", "EF", "GH", "IJ", "KL", "MN", "OP", "QR", "ST", "UV", "WX", "YZ"]) : "",
    counterparty: isTransfer ? String(random.int(10_000_000, 99_999_999)) : ""
  }
}
