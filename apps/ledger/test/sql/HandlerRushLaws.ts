// Commands that are handled at the same time, some in SQL and some in TypeScript, on a server: the result is that
// of some sequential order.
import * as Law from "@refold/laws/kit/Law"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import * as fc from "fast-check"
import { randomUUID } from "node:crypto"
import * as EventCodec from "refold/EventCodec"
import { EventReader } from "refold/EventReader"
import type * as Json from "refold/Json"
import * as Account from "../../src/Account.ts"
import { Amount } from "../../src/Amount.ts"
import { amount, by, type Language } from "./HandlerPrograms.ts"
import { addFact, nameOf, play, type Services } from "./HandlerSteps.ts"
import type * as HandlerTwin from "./HandlerTwin.ts"

/** A command of a rush; each under a key of its own, so that none is counted twice. */
export interface Rush {
  readonly money: number
  readonly asked: ReadonlyArray<{ readonly by: Language; readonly ask: HandlerTwin.Ask }>
}

// On one account, with money for some of the commands.
const rushes: fc.Arbitrary<Rush> = fc.record({
  money: fc.nat(600),
  asked: fc.array(
    fc.record({
      by,
      ask: fc.record({
        account: fc.constant("ada"),
        command: fc.record({
          _tag: fc.constantFrom("Deposit" as const, "Withdraw" as const),
          amount,
          channel: fc.constant("Cash" as const)
        })
      })
    }),
    { minLength: 2, maxLength: 8 }
  )
})

/** The answer of the decider on an account with this past. */
const decideAfter = (past: ReadonlyArray<Account.Event>, command: Account.Command): unknown =>
  Result.match(Account.decider.decide(command, past.reduce(Account.decider.evolve, Account.decider.initialState)), {
    onSuccess: (events) => events,
    onFailure: (refusal) => refusal
  })

/** For several connections: on a single one, commands cannot overlap. */
export const handlersTakeTurns = (schema: string): Law.Property<Services> =>
  Law.over(
    Law.make<Rush, Services>(
      "commands in SQL and in TypeScript on one account take turns: no update is lost, and no command is refused that some order permits",
      ({ asked, money }) =>
        Effect.gen(function*() {
          const account = `ada ${randomUUID()}`
          const start = [
            Account.AccountOpened.make({ branch: "Prague", statements: "Monthly", currency: "CZK" }),
            Account.MoneyDeposited.make({ amount: Amount.make(money), currency: "CZK", channel: "Cash" })
          ]
          for (const event of start) {
            const { data, schemaVersion, type } = Result.getOrThrow(Account.codec.encode(event))
            yield* addFact(account, { type, schemaVersion, data: JSON.stringify(data) })
          }
          const answers: ReadonlyArray<unknown> = yield* Effect.forEach(
            asked,
            ({ ask, by }) => play(schema)({ _tag: "Ask", by, ask: { ...ask, account } }),
            { concurrency: "unbounded" }
          )
          const reader = yield* EventReader
          const stored = yield* Stream.runCollect(reader.readStream(nameOf(account)))
          const events = Result.getOrThrow(EventCodec.decodeAll(Account.codec, stored))
          const done = answers.filter(isDone).toSorted((one, other) => one.version - other.version)
          return {
            left: {
              stored: events.slice(start.length),
              answers
            },
            right: {
              stored: done.flatMap(({ events }) => events),
              answers: answers.map((answer, index) => {
                const { command } = asked[index]!.ask
                const pasts = isDone(answer)
                  ? [events.slice(0, answer.version - 1)]
                  : events.map((_, length) => events.slice(0, length + 1))
                const decisions = pasts.map((past) => decideAfter(past, command))
                if (isDone(answer)) return { ...answer, events: decisions[0] }
                return decisions.find((decision) =>
                  JSON.stringify(sorted(decision)) === JSON.stringify(sorted(answer))
                ) ??
                  "refused by no state of the history"
              })
            }
          }
        })
    ),
    rushes
  )

interface Done {
  readonly version: number
  readonly events: ReadonlyArray<Json.Json>
}

const isDone = (answer: unknown): answer is Done =>
  typeof answer === "object" && answer !== null && "events" in answer && "version" in answer

const sorted = (value: unknown): unknown =>
  typeof value === "object" && value !== null
    ? Object.entries(value).toSorted(([one], [other]) => one < other ? -1 : 1)
    : value
