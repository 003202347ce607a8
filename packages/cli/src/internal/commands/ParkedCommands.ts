/** `refold parked`: the streams that a projection, process or consumer has parked: lists, retries and discards. */
import * as StreamName from "@refold/core/event/StreamName"
import { StreamVersion } from "@refold/core/event/StreamVersion"
import { EventReader } from "@refold/store/log/EventReader"
import * as Parked from "@refold/store/project/Parked"
import { type ParkedStream, ReadModelStore } from "@refold/store/project/ReadModelStore"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as Definitions from "../config/Definitions.ts"
import * as LoadConfig from "../config/LoadConfig.ts"
import * as Connection from "../connect/Connection.ts"
import { failed, Found } from "../frame/CliFailure.ts"
import { confirm } from "../frame/Confirm.ts"
import * as Output from "../frame/Output.ts"
import * as EventShape from "./EventShape.ts"

interface Row extends ParkedStream {
  readonly name: string
  readonly status: "live" | "building"
}

const shape: Output.Shape<Row> = {
  record: ({ attempts, name, parkedAt, position, reason, stage, status, stream, type, version }) => ({
    name,
    status,
    stream,
    version,
    position,
    type,
    stage,
    reason,
    attempts,
    parkedAt: EventShape.time(parkedAt)
  }),
  columns: [
    { name: "name", show: ({ name, status }) => status === "live" ? name : `${name} (building)` },
    { name: "stream", show: ({ stream }) => stream },
    { name: "version", isNumber: true, show: ({ version }) => version },
    { name: "type", show: ({ type }) => type },
    { name: "stage", show: ({ stage }) => stage },
    { name: "attempts", isNumber: true, show: ({ attempts }) => attempts },
    { name: "reason", show: ({ reason }) => reason }
  ]
}

const read = Effect.fnUntraced(function*(name: string | undefined) {
  const store = yield* ReadModelStore
  const generations = yield* store.generations(name)
  const used = generations.filter(({ status }) => status === "Live" || status === "Building")
  if (name !== undefined && used.length === 0) {
    return yield* failed(`nothing has run on this store under the name "${name}": see refold status`)
  }
  const all = yield* Effect.forEach(
    used,
    ({ id, projection, status }) =>
      Effect.map(
        store.listParked(id),
        (streams) =>
          streams.map((one): Row => ({ ...one, name: projection, status: status === "Live" ? "live" : "building" }))
      )
  )
  return all.flat()
})

/** Prints the parked streams of a name, or of all names; exits with 1 if there are any. */
export const list = (name: string | undefined) =>
  Connection.withStore(Effect.gen(function*() {
    const found = yield* read(name)
    yield* Output.rows(shape, found, "nothing is parked")
    if (found.length > 0) return yield* new Found()
  }))

const nameArgument = Argument.String("name").pipe(
  Argument.withDescription("The name of a projection, process or consumer")
)
const streamArgument = Argument.String("stream").pipe(Argument.withDescription("The name of a stream"))

const listCommand = Command.make(
  "list",
  { name: Argument.optional(nameArgument) },
  ({ name }) => list(Option.getOrUndefined(name))
).pipe(
  Command.withDescription("The parked streams, with the event that failed and why. Exits with 1 if there are any."),
  Command.withShortDescription("List the parked streams"),
  Command.withExamples([
    { command: "refold parked list", description: "Of everything" },
    { command: "refold parked list balances", description: "Of one projection" }
  ])
)

const show = Command.make(
  "show",
  { name: nameArgument, stream: streamArgument },
  ({ name, stream: text }) =>
    Effect.gen(function*() {
      const stream = yield* Effect.fromResult(StreamName.parse(text))
      yield* Connection.withStore(Effect.gen(function*() {
        const found = (yield* read(name)).find((one) => one.stream === stream)
        if (found === undefined) return yield* failed(`${name} has not parked the stream ${stream}`)
        const reader = yield* EventReader
        const options = { after: StreamVersion(found.version - 1), limit: 1 }
        const event = yield* Stream.runHead(reader.readStream(stream, options))
        const shown = Option.map(event, EventShape.show(yield* LoadConfig.config, false))
        yield* Output.fields({
          ...shape.record!(found),
          event: Option.match(shown, { onNone: () => null, onSome: (one) => EventShape.shape.record!(one) })
        })
      }))
    })
).pipe(
  Command.withDescription("A parked stream, with the event that failed, as it is stored and as the config reads it."),
  Command.withShortDescription("Show a parked stream and its event"),
  Command.withExamples([{ command: "refold parked show balances wallet-ada", description: "Which event, and why?" }])
)

const retry = Command.make(
  "retry",
  {
    name: nameArgument,
    stream: Argument.optional(streamArgument)
  },
  ({ name, stream }) =>
    change(name, stream, `retry ${Option.getOrElse(stream, () => "all parked streams")} in ${name}`, Parked.retry)
).pipe(
  Command.withDescription(
    "Handles the events of a parked stream again, or of all parked streams, with the code of the config. In a consumer they are delivered. Exits with 1 if a stream is still parked."
  ),
  Command.withShortDescription("Handle the events of a parked stream again"),
  Command.withExamples([
    { command: "refold parked retry balances wallet-ada", description: "After a fix of the code" },
    { command: "refold parked retry balances --yes", description: "All its parked streams" }
  ])
)

const discard = Command.make("discard", {
  name: nameArgument,
  stream: streamArgument,
  reason: Flag.String("reason").pipe(Flag.withDescription("Why; it is stored"))
}, ({ name, reason, stream }) =>
  change(
    name,
    Option.some(stream),
    `leave the event that failed in ${stream} out of ${name}, permanently`,
    (runnable, parked) => Parked.discard(runnable, parked, reason)
  )).pipe(
    Command.withDescription(
      "Leaves the event that failed out, in later rebuilds too, and handles the later events of its stream. The reason is stored."
    ),
    Command.withShortDescription("Leave an event out"),
    Command.withExamples([
      {
        command: "refold parked discard balances wallet-ada --reason \"typed by mistake\"",
        description: "Where the event is wrong, and not the code"
      }
    ])
  )

type Repair = typeof Parked.retry<{ readonly _tag: string }, unknown, Definitions.Handlers>

const change = Effect.fnUntraced(function*(
  name: string,
  stream: Option.Option<string>,
  question: string,
  repair: Repair
) {
  const runnable = yield* Definitions.parking(name)
  const given = Option.isSome(stream) ? yield* Effect.fromResult(StreamName.parse(stream.value)) : undefined
  yield* confirm(question)
  yield* Connection.withCode(Effect.gen(function*() {
    const streams = given === undefined ? [...new Set((yield* read(name)).map((one) => one.stream))] : [given]
    const left = yield* Effect.forEach(streams, (one) => repair(runnable, one))
    const rows = left.flatMap(Option.toArray).map((one): Row => ({ ...one, name, status: "live" }))
    yield* Output.rows(shape, rows, `${streams.length} stream(s) continue`)
    if (rows.length > 0) return yield* new Found()
  }))
})

/** `refold parked`. */
export const command = Command.make("parked").pipe(
  Command.withDescription("The streams that wait because an event failed: list, retry or discard them."),
  Command.withShortDescription("Streams that wait because an event failed"),
  Command.withExamples([{ command: "refold parked list", description: "What waits, and why?" }]),
  Command.withSubcommands([listCommand, show, retry, discard])
)
