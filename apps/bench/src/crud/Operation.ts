/** What a bank is asked to book: the same operations whatever the books are made of. */

/** Who asks for it, why, and when that is in the domain. */
export interface Particulars {
  readonly by: string
  readonly why: string
  readonly at: Date
}

/** Money that comes, goes, or is taken. A fee is taken even where the account holds less. */
export interface Movement extends Particulars {
  readonly _tag: "Deposit" | "Withdraw" | "Charge"
  readonly account: string
  readonly cents: number
}

/** Money that moves between two accounts, or does not. */
export interface Transfer extends Particulars {
  readonly _tag: "Transfer"
  readonly from: string
  readonly to: string
  readonly cents: number
}

/** One thing to book. */
export type Operation = Movement | Transfer

/** What became of it. */
export type Booked = "Done" | "Refused"

/** What an operation does to one account. */
export interface Leg {
  readonly account: string
  readonly change: number
  /** Whether the account may hold less than nothing afterwards. */
  readonly mayOverdraw: boolean
}

/** The accounts that an operation touches, in the order of their names: whoever locks them in it waits in no circle. */
export const legs = (operation: Operation): ReadonlyArray<Leg> => {
  const { cents } = operation
  switch (operation._tag) {
    case "Deposit":
      return [{ account: operation.account, change: cents, mayOverdraw: true }]
    case "Withdraw":
    case "Charge":
      return [{ account: operation.account, change: -cents, mayOverdraw: operation._tag === "Charge" }]
    case "Transfer":
      return [
        { account: operation.from, change: -cents, mayOverdraw: false },
        { account: operation.to, change: cents, mayOverdraw: true }
      ].toSorted((a, b) => (a.account < b.account ? -1 : 1))
  }
}
