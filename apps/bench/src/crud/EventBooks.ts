/** Books as events: a balance is the sum of the account's events. */
import * as PostgresStore from "@refold/postgres/PostgresStore"
import type * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as CommandHandler from "refold/CommandHandler"
import * as ExpectedVersion from "refold/ExpectedVersion"
import * as Projector from "refold/Projector"
import * as ReadModel from "refold/ReadModel"
import * as State from "refold/State"
import * as StreamName from "refold/StreamName"
import * as Together from "refold/Together"
import * as Account from "./Account.ts"
import { type Books, BooksFailed } from "./Books.ts"
import type { Movement, Operation, Particulars, Transfer } from "./Operation.ts"

/** Books on a store, and the store itself for queries beyond the balance. */
export interface EventBooks extends Books {
  readonly store: Context.Context<PostgresStore.StoreServices>
}

// Retried without a limit: with the default of 10 tries, some commands would fail by conflicts.
const retries = 1_000

const particulars = ({ at, by }: Pick<Particulars, "at" | "by">) => ({
  occurredAt: DateTime.makeUnsafe(at),
  metadata: { actor: by }
})

/** The books of one schema, with or without a row for each account. `notify` needs a server. */
export const make = Effect.fnUntraced(function*(
  { inline, name, notify, schema }: {
    readonly name: string
    readonly schema: string
    readonly inline: boolean
    readonly notify: boolean
  }
) {
  const store = yield* Layer.build(PostgresStore.layerClient({ schema, notify }))
  // Rows are written from here on; no projector runs, so all of them are the handlers'.
  if (inline) yield* Effect.provideContext(Projector.catchUp(Account.balances), store)
  const own = <A, E>(effect: Effect.Effect<A, E, PostgresStore.StoreServices>) =>
    Effect.mapError(Effect.provideContext(effect, store), (cause) => new BooksFailed({ books: name, cause }))
  const writer = makeWriter(inline ? [Account.balances] : [])
  const books: EventBooks = {
    name,
    schema,
    defence: "the version is checked",
    store,
    open: (accounts, cents) =>
      own(Effect.forEach(
        accounts,
        (account) => writer.move({ _tag: "Deposit", account, cents, by: "the bank", why: "opened", at: new Date(0) }),
        { concurrency: 16, discard: true }
      )),
    book: (operation) => own(writer.book(operation)),
    bookLate: (movement, meanwhile) => own(writer.moveLate(movement, meanwhile)),
    balance: (account) => (inline ? own(balanceOfRow(account)) : own(balanceOfSnapshot(account)))
  }
  return books
})

// #region events
const makeWriter = (inline: ReadonlyArray<typeof Account.balances>) => {
  const handle = CommandHandler.make(Account.aggregate, { inline, retries })

  const move = ({ _tag, account, cents, why, ...of }: Movement, expected?: ExpectedVersion.ExpectedVersion) =>
    handle(account, { _tag, cents, why }, { ...particulars(of), expected }).pipe(
      Effect.as("Done" as const),
      Effect.catchTag("NotEnough", refused)
    )

  const transfer = ({ cents, from, to, why, ...of }: Transfer) =>
    Together.handle([
      Together.part(Account.aggregate, from, { _tag: "Withdraw", cents, why }, { inline }),
      Together.part(Account.aggregate, to, { _tag: "Deposit", cents, why }, { inline })
    ], { ...particulars(of), retries }).pipe(
      Effect.as("Done" as const),
      Effect.catchTag("PartRefused", refused)
    )

  const moveLate = Effect.fnUntraced(function*(movement: Movement, meanwhile: Effect.Effect<void>) {
    const seen = yield* State.load(Account.aggregate, movement.account)
    yield* meanwhile
    return yield* move(movement, ExpectedVersion.Exact(seen.version)).pipe(
      // The account has changed since the client's read: read again.
      Effect.catchTag("VersionConflict", () => move(movement))
    )
  })

  const book = (operation: Operation) => operation._tag === "Transfer" ? transfer(operation) : move(operation)
  return { move, moveLate, book }
}
// #endregion

const refused = () => Effect.succeed("Refused" as const)

/** By the row that is stored with the events. */
export const balanceOfRow = (account: string) =>
  Effect.flatMap(
    Effect.fromResult(StreamName.make("account", account)),
    (key) => Effect.map(ReadModel.get(Account.balances, key), (row) => Option.isSome(row) ? row.value.state.balance : 0)
  )

/** By the last snapshot and the events since. */
const balanceOfSnapshot = (account: string) =>
  Effect.map(State.load(Account.aggregate, account), ({ state }) => state.balance)

/** By all events. */
export const balanceOfEvents = (account: string) =>
  Effect.map(State.load(Account.bare, account), ({ state }) => state.balance)
