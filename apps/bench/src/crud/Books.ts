/** One way to keep the books of a bank, as the comparison sees it. */
import * as Data from "effect/Data"
import type * as Effect from "effect/Effect"
import * as SqlError from "effect/sql/SqlError"
import type { Booked, Movement, Operation } from "./Operation.ts"

/** A failure that is not a refusal. */
export class BooksFailed extends Data.TaggedError("BooksFailed")<{ readonly books: string; readonly cause: unknown }> {
  override get message(): string {
    // The server's message is the cause of the driver's error.
    return `${this.books}: ${String(SqlError.isSqlError(this.cause) ? this.cause.reason.cause : this.cause)}`
  }
}

/** The result of a write that is based on a read before another client's write. */
export type Defence = "none" | "the second one waits" | "nothing is read first" | "the version is checked"

/** One way to keep the books, in a schema of its own. */
export interface Books {
  readonly name: string
  readonly schema: string
  readonly defence: Defence
  /** Opens accounts that hold so much; once for each account. */
  readonly open: (accounts: ReadonlyArray<string>, cents: number) => Effect.Effect<void, BooksFailed>
  readonly book: (operation: Operation) => Effect.Effect<Booked, BooksFailed>
  /** A client reads, `meanwhile` runs, and the client writes. */
  readonly bookLate: (movement: Movement, meanwhile: Effect.Effect<void>) => Effect.Effect<Booked, BooksFailed>
  readonly balance: (account: string) => Effect.Effect<number, BooksFailed>
}
