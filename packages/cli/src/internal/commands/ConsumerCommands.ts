/** `refold consumer`: the progress of the consumers, and their parked streams. */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Connection from "../connect/Connection.ts"
import { failed, Found } from "../frame/CliFailure.ts"
import * as Output from "../frame/Output.ts"
import * as ParkedCommands from "./ParkedCommands.ts"
import * as StatusShape from "./StatusShape.ts"

const consumer = Argument.String("consumer").pipe(Argument.withDescription("The name of a consumer"))

const status = Command.make(
  "status",
  { consumer: Argument.optional(consumer) },
  ({ consumer }) =>
    Connection.withStore(Effect.gen(function*() {
      const all = yield* StatusShape.read(Option.isSome(consumer) ? [consumer.value] : undefined)
      const found = all.filter(({ kind }) => kind === "consumer")
      if (found.length === 0 && Option.isSome(consumer)) {
        return yield* failed(`no consumer "${consumer.value}" has run on this store: see refold consumer status`)
      }
      yield* Output.rows(StatusShape.shape, found, "no consumer has run on this store")
      if (found.some(StatusShape.isDegraded)) return yield* new Found()
    }))
).pipe(
  Command.withDescription(
    "The consumers with their lag, rate and parked streams. Exits with 1 if a stream is parked or newer code is needed."
  ),
  Command.withShortDescription("The progress of the consumers"),
  Command.withExamples([
    { command: "refold consumer status", description: "All of them" },
    { command: "refold consumer status mail", description: "One of them, for a script" }
  ])
)

const parked = Command.make("parked", { consumer }, ({ consumer }) => ParkedCommands.list(consumer)).pipe(
  Command.withDescription(
    "The streams that a consumer has parked: parked retry and parked discard continue them. Exits with 1 if there are any."
  ),
  Command.withShortDescription("The parked streams of a consumer"),
  Command.withExamples([{ command: "refold consumer parked mail", description: "What was not delivered, and why?" }])
)

/** `refold consumer`. */
export const command = Command.make("consumer").pipe(
  Command.withDescription("The progress of the consumers, and their parked streams."),
  Command.withShortDescription("Consumers and their parked streams"),
  Command.withExamples([{ command: "refold consumer status", description: "What is their lag?" }]),
  Command.withSubcommands([status, parked])
)
