/** The card of a reader: two books at a time. */
import { Schema } from "effect"
import { Aggregate, Decider, EventCodec, EventType } from "refold"

const BookTaken = EventType.make("BookTaken", Schema.Struct({ book: Schema.String }))
const BookGiven = EventType.make("BookGiven", Schema.Struct({ book: Schema.String }))

type CardEvent = typeof BookTaken.Event | typeof BookGiven.Event

const CardCommand = Schema.TaggedUnion({ Take: { book: Schema.String }, Give: { book: Schema.String } })

type CardRefusal = { readonly _tag: "CardFull" } | { readonly _tag: "AlreadyOnCard" }

const limit = 2

const decider = Decider.make<typeof CardCommand.Type, ReadonlyArray<string>, CardEvent, CardRefusal>({
  initialState: [],
  decide: ({ _tag, book }, books) => {
    // Giving back a book that is not on the card changes nothing.
    if (_tag === "Give") return books.includes(book) ? Decider.accept(BookGiven.make({ book })) : Decider.accept()
    if (books.includes(book)) return Decider.refuse({ _tag: "AlreadyOnCard" })
    return books.length < limit ? Decider.accept(BookTaken.make({ book })) : Decider.refuse({ _tag: "CardFull" })
  },
  evolve: (books, { _tag, book }) => (_tag === "BookTaken" ? [...books, book] : books.filter((one) => one !== book))
})

export const Card = Aggregate.makeUnsafe({
  category: "card",
  events: EventCodec.makeUnsafe([BookTaken, BookGiven]),
  commands: CardCommand,
  decider
})
