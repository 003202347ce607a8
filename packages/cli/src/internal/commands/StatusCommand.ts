/** `refold status`: the head of the log, and the projections, processes and consumers that follow it. */
import { EventReader } from "@refold/store/log/EventReader"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as Connection from "../connect/Connection.ts"
import { Found, usage } from "../frame/CliFailure.ts"
import * as Output from "../frame/Output.ts"
import { safe } from "../frame/Safe.ts"
import * as StatusShape from "./StatusShape.ts"

const print = Effect.gen(function*() {
  const log = StatusShape.logOf(yield* (yield* EventReader).bound)
  const found = yield* StatusShape.read()
  if (yield* Output.isTable) {
    const held = log.heldBackBy.map(({ description, since }) => `held back since ${since} by ${description}`)
    yield* Output.lines([`head ${log.head}, last ${log.last}`, ...held].map(safe))
  } else {
    yield* Output.lines([Output.stringify(log)])
  }
  yield* Output.rows(StatusShape.shape, found, "no projection, process or consumer has run on this store")
  return found
})

// On a terminal each output replaces the one before it.
const again = Effect.flatMap(
  Output.isTable,
  (asTable) =>
    Effect.andThen(asTable && process.stdout.isTTY ? Output.lines(["\u001b[H\u001b[2J\u001b[3J"]) : Effect.void, print)
)

export const command = Command.make("status", {
  watch: Flag.Boolean("watch").pipe(
    Flag.withAlias("w"),
    Flag.withoutNegation,
    Flag.withDescription("Repeat at an interval, until Ctrl-C"),
    Flag.withDefault(false)
  ),
  every: Flag.Finite("every").pipe(
    Flag.withMetavar("seconds"),
    Flag.withDescription("The interval of --watch in seconds, 2 by default"),
    Flag.withDefault(2)
  )
}, ({ every, watch }) =>
  every < 0.1 || every > 86_400
    ? usage("--every must be from 0.1 to 86400 seconds")
    : Connection.withStore(
      watch
        ? Stream.runDrain(Stream.mapEffect(Stream.tick(Duration.millis(every * 1000)), () => again))
        : Effect.flatMap(print, (found) => found.some(StatusShape.isDegraded) ? new Found() : Effect.void)
    )).pipe(
    Command.withDescription(
      "The head of the log, and all projections, processes and consumers with their lag, rate and parked streams. Exits with 1 if a stream is parked or newer code is needed."
    ),
    Command.withShortDescription("The log, and what follows it"),
    Command.withExamples([
      { command: "refold status", description: "The lag of everything" },
      { command: "refold status --watch", description: "Follow a rebuild or a deployment" },
      { command: "refold status | jq 'select(.lag > 1000)'", description: "Those with a large lag, in a script" }
    ])
  )
