/** A process that changes while its instances are running, and commands that an operator gives up. */
import { DateTime, Effect, Option, Result, Schema } from "effect"
import {
  Aggregate,
  CommandVersions,
  Decider,
  EventCodec,
  EventType,
  Process,
  ProcessInstances,
  ProcessRunner
} from "refold"

const Lent = EventType.make("Lent", Schema.Struct({ book: Schema.String, due: Schema.DateTimeUtc }))
const Renewed = EventType.make("Renewed", Schema.Struct({ book: Schema.String, due: Schema.DateTimeUtc }))
const Returned = EventType.make("Returned", Schema.Struct({ book: Schema.String }))
const Sent = EventType.make("LetterSent", Schema.Struct({ text: Schema.String }))

export const loans = EventCodec.makeUnsafe([Lent, Renewed, Returned])
type Loan = EventCodec.EventOf<typeof loans>

// #region commands
// The first release wrote `text`; the second writes `subject` and `body`.
const First = Schema.TaggedStruct("Write", { text: Schema.String })
const Second = Schema.TaggedStruct("Write", { subject: Schema.NonEmptyString, body: Schema.String })

const commands = CommandVersions.make(First).pipe(
  CommandVersions.upcast(Second, ({ text }) => ({ _tag: "Write", subject: "Your loan", body: text }))
)

export const Letters = Aggregate.makeUnsafe({
  category: "letter",
  events: EventCodec.makeUnsafe([Sent]),
  commands,
  decider: Decider.make<typeof commands.Command, ReadonlyArray<string>, typeof Sent.Event, never>({
    initialState: [],
    decide: ({ body, subject }) => Result.succeed([Sent.make({ text: `${subject}: ${body}` })]),
    evolve: (texts, { text }) => [...texts, text]
  })
})
// #endregion

/** The letters of the first release. */
const OldLetters = Aggregate.makeUnsafe({
  ...Letters,
  snapshots: undefined,
  commands: CommandVersions.make(First),
  decider: Decider.make<typeof First.Type, ReadonlyArray<string>, typeof Sent.Event, never>({
    initialState: [],
    decide: ({ text }) => Result.succeed([Sent.make({ text })]),
    evolve: (texts, { text }) => [...texts, text]
  })
})

// #region process
/** Reminds of books that are not returned. */
export const reminders = Process.makeUnsafe<Loan, { readonly loans: number }>({
  name: "reminders",
  events: loans,
  categories: ["loan"],
  targets: [Letters],
  // The same book is lent many times: each loan is a new run of its instance.
  correlate: ({ book }) => Option.some(book),
  restartOn: ({ _tag }) => _tag === "Lent",
  initialState: { loans: 0 },
  evolve: (state, event) => event._tag === "Lent" ? { loans: state.loans + 1 } : state,
  react: (_, input, { instance }) => {
    switch (input._tag) {
      case "Lent":
      case "Renewed":
        // A date in the past is due at once.
        return [Process.scheduleAt("due", input.due)]
      case "TimedOut":
        return [Process.send(Letters, instance, { _tag: "Write", subject: "Overdue", body: instance })]
      case "Returned":
        return [Process.cancel("due"), Process.complete]
      default:
        return []
    }
  }
})
// #endregion

/** The process of the first release. */
export const oldReminders = Process.makeUnsafe<Loan, { readonly loans: number }>({
  ...reminders,
  initialState: { loans: 0 },
  targets: [OldLetters],
  react: (_, input, { instance }) =>
    input._tag === "Lent" ? [Process.send(OldLetters, instance, { _tag: "Write", text: instance })] : []
})

/** The same process after `Renewed` was taken out of its codec. */
export const withoutRenewals = Process.makeUnsafe<
  typeof Lent.Event | typeof Returned.Event,
  { readonly loans: number }
>({
  ...reminders,
  events: EventCodec.makeUnsafe([Lent, Returned]),
  correlate: ({ book }) => Option.some(book),
  initialState: { loans: 0 }
})

// #region redefine
/** Once, when no program of the former release runs: code that lacks a type is refused otherwise. */
export const takeOutRenewals = ProcessRunner.redefine(withoutRenewals)
// #endregion

// #region unknown
/** The instances whose state leaves out events of types that the process does not have any more. */
export const withUnknownTypes = Effect.map(
  ProcessInstances.query(withoutRenewals),
  ({ rows }) =>
    rows.flatMap(({ state: { instance, unknownTypes } }) => unknownTypes.length > 0 ? [{ instance, unknownTypes }] : [])
)
// #endregion

// #region giveUp
/** Gives up the commands of an instance for a category that is not a target any more. */
export const giveUpAll = Effect.fnUntraced(function*(instance: string, category: string, reason: string) {
  const { state: { pending } } = yield* ProcessInstances.get(reminders, instance)
  for (const command of pending.commands) {
    if (command.category === category) yield* ProcessInstances.giveUp(reminders, instance, command, reason)
  }
})
// #endregion

/** Events of a loan, for the tests of this page. */
export const lent = (book: string, due: string) => Lent.make({ book, due: DateTime.makeUnsafe(due) })
/** A renewal. */
export const renewed = (book: string, due: string) => Renewed.make({ book, due: DateTime.makeUnsafe(due) })
/** A return. */
export const returned = (book: string) => Returned.make({ book })
