/** A request to borrow a book: recorded at once, carried out by the checkout. */
import { Schema } from "effect"
import { Aggregate, Decider, EventCodec, EventType } from "refold"

const Loan = Schema.Struct({ book: Schema.String, reader: Schema.String, weeks: Schema.Int })
export type Loan = typeof Loan.Type

export const LoanRequested = EventType.make("LoanRequested", Loan)
export const codec = EventCodec.makeUnsafe([LoanRequested])

const decider = Decider.make<Loan, boolean, typeof LoanRequested.Event, { readonly _tag: "AlreadyRequested" }>({
  initialState: false,
  decide: (loan, isRequested) =>
    isRequested ? Decider.refuse({ _tag: "AlreadyRequested" }) : Decider.accept(LoanRequested.make(loan)),
  evolve: () => true
})

export const Request = Aggregate.makeUnsafe({ category: "request", events: codec, commands: Loan, decider })
