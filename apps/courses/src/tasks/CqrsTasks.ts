/** The tasks on commands: the separation of commands and queries, and validation in two layers. */
import { Effect, Result } from "effect"
import { EventReader, Projector } from "refold"
import { balances } from "../bank/Balances.ts"
import { claim, type Objective } from "../Course.ts"
import * as Expected from "../Expected.ts"
import * as Bank from "./Bank.ts"

const head = Effect.flatMap(EventReader.EventReader, (reader) => reader.head)

/** Task 6: each operation is a command or a query. */
export const fundamentals: Objective = {
  name: "CQRS: each operation is a command or a query",
  run: Effect.gen(function*() {
    const before = yield* head
    yield* Bank.send("max", { _tag: "OpenAccount", ownerName: "Max" })
    const { version } = yield* Bank.send("max", { _tag: "Deposit", amount: 4_000 })
    const written = yield* head
    yield* Projector.catchUp(balances)
    const balance = yield* Bank.ask({ _tag: "BalanceOf", id: "max" })
    return [
      claim(`two commands append two events; the account is at version ${version}`, written > before && version === 2),
      claim(`a query answers ${balance} and appends nothing`, balance === 4_000 && (yield* head) === written)
    ]
  })
}

/** Task 7: a command is checked by its schema, then by the rules of the domain, then carried out. */
export const commandSide: Objective = {
  name: "Command side: validation in two layers, then execution",
  run: Effect.gen(function*() {
    const before = yield* head
    const bad = Bank.parse({ _tag: "Withdraw", amount: -5, curency: "EUR" })
    const unknown = Bank.parse({ _tag: "Burn" })
    const good = yield* Effect.fromResult(Bank.parse({ _tag: "Withdraw", amount: 5_000 }))
    const refusal = yield* Expected.failureOf(Bank.send("max", good))
    const unchanged = (yield* head) === before
    const { version } = yield* Bank.send("max", { _tag: "Withdraw", amount: 1_500 })
    return [
      claim(`layer 1, the schema: ${textOf(bad)}`, Result.isFailure(bad) && bad.failure._tag === "CommandInvalid"),
      claim(
        `an unknown command: ${textOf(unknown)}`,
        Result.isFailure(unknown) && unknown.failure._tag === "UnknownCommand"
      ),
      claim(
        `layer 2, the domain: ${refusal._tag}; nothing was stored`,
        refusal._tag === "InsufficientFunds" && unchanged
      ),
      claim(`a valid command is carried out: version ${version}`, version === 3)
    ]
  })
}

const textOf = (result: Result.Result<unknown, { readonly message: string }>): string =>
  Result.isSuccess(result) ? "accepted" : result.failure.message.replaceAll(/\s*\n\s*/g, " ")
