/** Concurrent and repeated commands: a version conflict is retried, and an idempotency key makes a copy harmless. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as ExpectedVersion from "refold/ExpectedVersion"
import * as Account from "../../Account.ts"
import * as Accounts from "../../Accounts.ts"
import { crowns, format } from "../../Amount.ts"
import * as Chapter from "../Chapter.ts"
import { table } from "../Narration.ts"
import * as SampleCustomers from "../support/SampleCustomers.ts"

const writers = 8

/** Two writers decide on the same version: the second one gets a conflict, decides again and succeeds. */
export const versionConflict: Chapter.StoreChapter = Chapter.make("version-conflict", "Two writers, one version", {
  find: function*({ run }: Chapter.Input) {
    const id = `bob-${run}`
    const { version: seen } = yield* SampleCustomers.open(id, crowns(500), "CZK")
    const expected = ExpectedVersion.Exact(seen)
    const withdraw = (amount: number, options?: { readonly expected: ExpectedVersion.ExpectedVersion }) =>
      Accounts.handle(id, { _tag: "Withdraw", amount: crowns(amount), channel: "Card" }, options)
    yield* withdraw(300, { expected })
    const conflict = yield* Chapter.errorOf(withdraw(100, { expected }), "VersionConflict")
    const retried = yield* withdraw(100)
    const deposit = Accounts.handle(id, { _tag: "Deposit", amount: crowns(1), channel: "Transfer" })
    yield* Effect.all(Array.from({ length: writers }, () => deposit), { concurrency: "unbounded" })
    const { state } = yield* Accounts.load(id)
    const balance = Account.balanceOf(retried.state)
    return { seen, conflict, retried: retried.version, balance, last: Account.balanceOf(state) }
  },
  figure: ({ balance, last }) =>
    `1 conflict, 1 retry; ${writers} concurrent deposits of 1.00 change ${format(balance)} to ${format(last)}`,
  checks: ({ balance, conflict, last, seen }) => ({
    "of two writers at one version the second gets a conflict": conflict !== undefined &&
      Option.contains(conflict.actual, seen + 1),
    "the retry decides on the state that the first writer left": balance === crowns(100),
    [`of ${writers} concurrent writes none is lost`]: last === balance + crowns(writers)
  }),
  lines: ({ balance, conflict, last, retried, seen }) => [
    `Two clerks load Bob's account at version ${seen}. The first withdraws 300.00.`,
    `The second expects version ${seen} and gets: ${conflict?.message ?? "no conflict"}.`,
    `The second loads again, withdraws 100.00 and writes version ${retried}; ${format(balance)} remain.`,
    `Then ${writers} clerks deposit 1.00 each at the same time; the handler retries their conflicts: ${format(last)}.`
  ]
})

/** The answers to copies of a command, as a table. */
export const answerTable = (answers: ReadonlyArray<{ readonly version: number; readonly deduplicated: boolean }>) =>
  table(answers.map(({ deduplicated, version }, index) => ({
    copy: index + 1,
    version,
    answer: deduplicated ? "the first copy's" : "a decision"
  })))

/** A client that received no answer sends its command again, under the same key. */
export const idempotencyKey: Chapter.StoreChapter = Chapter.make("idempotency-key", "The same command twice", {
  needs: [versionConflict],
  find: function*({ run }: Chapter.Input) {
    const id = `bob-${run}`
    const key = `transfer-${id}`
    const withdraw = (amount: number) =>
      Accounts.handle(id, { _tag: "Withdraw", amount: crowns(amount), channel: "Transfer" }, { idempotencyKey: key })
    const first = yield* withdraw(25)
    const second = yield* withdraw(25)
    const conflict = yield* Chapter.errorOf(withdraw(2_500), "IdempotencyConflict")
    return { key, first, second, conflict, now: yield* Accounts.load(id) }
  },
  figure: ({ first, now }) =>
    `2 copies of one command: both get version ${first.version}, and it is still ${now.version}`,
  checks: ({ conflict, first, key, now, second }) => ({
    "the second copy of a command gets the first one's answer": second.deduplicated && second.version === first.version,
    "two copies of a command are stored once": now.version === first.version,
    "another command under the same key is a conflict": conflict?.key === key
  }),
  lines: ({ conflict, first, key, now, second }) => [
    `Bob's client withdraws 25.00 under the idempotency key "${key}", receives no answer and sends it again:`,
    answerTable([first, second]),
    `The balance is ${format(Account.balanceOf(now.state))}.`,
    `A withdrawal of 2,500.00 under the same key: ${conflict?.message ?? "no conflict"}.`
  ]
})
