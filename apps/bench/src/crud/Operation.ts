/** The operations of the comparison, equal for all ways to keep the books. */

/** The user, the reason, and the time in the domain. */
export interface Particulars {
  readonly by: string
  readonly why: string
  readonly at: Date
}

/** A deposit, a withdrawal or a fee. A fee is taken even if the account holds less. */
export interface Movement extends Particulars {
  readonly _tag: "Deposit" | "Withdraw" | "Charge"
  readonly account: string
  readonly cents: number
}

/** A transfer between two accounts. */
export interface Transfer extends Particulars {
  readonly _tag: "Transfer"
  readonly from: string
  readonly to: string
  readonly cents: number
}

/** One booking. */
export type Operation = Movement | Transfer

/** The result of an operation. */
export type Booked = "Done" | "Refused"

/** The change of one account by an operation. */
export interface Leg {
  readonly account: string
  readonly change: number
  /** Whether the account may hold less than nothing afterwards. */
  readonly mayOverdraw: boolean
}

/** The accounts that an operation touches, in the order of their names: locking in this order avoids deadlocks. */
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
