/** The rules of lending: which events a command leads to, or why it is refused. */
import { Schema } from "effect"
import { Decider } from "refold"
import { BookAcquired, type BookEvent, BookLent, BookReturned } from "./BookEvents.ts"
import { type BookState, view } from "./BookState.ts"

// #region commands
/** What a command looks like. Whether it makes sense now is for `decide` to say. */
export const BookCommand = Schema.TaggedUnion({
  Acquire: { title: Schema.NonEmptyString },
  Lend: { to: Schema.NonEmptyString },
  Return: {}
})
export type BookCommand = typeof BookCommand.Type
// #endregion

export type BookRefusal =
  | { readonly _tag: "NotInLibrary" }
  | { readonly _tag: "AlreadyInLibrary" }
  | { readonly _tag: "AlreadyLent"; readonly to: string }
  | { readonly _tag: "NotLent" }

type Decision = Decider.Decision<BookEvent, BookRefusal>

const decide = (command: BookCommand, book: BookState): Decision => {
  if (command._tag === "Acquire") {
    return book._tag === "Unknown"
      ? Decider.accept(BookAcquired.make({ title: command.title }))
      : Decider.refuse({ _tag: "AlreadyInLibrary" })
  }
  if (book._tag === "Unknown") return Decider.refuse({ _tag: "NotInLibrary" })
  return command._tag === "Lend" ? lend(command, book) : giveBack(book)
}

// #region lend
const lend = ({ to }: { readonly to: string }, book: BookState): Decision =>
  book._tag === "OnLoan"
    ? Decider.refuse({ _tag: "AlreadyLent", to: book.to })
    : Decider.accept(BookLent.make({ to }))
// #endregion

const giveBack = (book: BookState): Decision =>
  book._tag === "OnLoan"
    ? Decider.accept(BookReturned.make({ by: book.to }))
    : Decider.refuse({ _tag: "NotLent" })

/** The fold of step 1, with decisions. */
export const decider = Decider.make<BookCommand, BookState, BookEvent, BookRefusal>({ ...view, decide })
