/** Step 2: commands are decided in the state that the events fold to. */
import { Result } from "effect"
import { View } from "refold"
import { type BookCommand, decider } from "./BookDecider.ts"
import type { BookEvent } from "./BookEvents.ts"

const commands: ReadonlyArray<BookCommand> = [
  { _tag: "Lend", to: "ada" },
  { _tag: "Acquire", title: "Dune" },
  { _tag: "Lend", to: "ada" },
  { _tag: "Lend", to: "bob" },
  { _tag: "Return" },
  { _tag: "Lend", to: "bob" }
]

const history: Array<BookEvent> = []
for (const command of commands) {
  const decision = decider.decide(command, View.fold(decider, history))
  if (Result.isSuccess(decision)) history.push(...decision.success)
  const outcome = Result.isSuccess(decision) ? decision.success : { refused: decision.failure }
  console.log(JSON.stringify(command), "->", JSON.stringify(outcome))
}
