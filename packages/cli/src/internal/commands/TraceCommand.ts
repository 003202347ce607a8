/** `refold trace`: the events of a correlation id, as a tree of causes. */
import * as EventId from "@refold/core/event/EventId"
import { EventReader } from "@refold/store/log/EventReader"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import * as LoadConfig from "../config/LoadConfig.ts"
import * as Connection from "../connect/Connection.ts"
import { failed } from "../frame/CliFailure.ts"
import * as Output from "../frame/Output.ts"
import * as CausationTree from "./CausationTree.ts"
import * as EventShape from "./EventShape.ts"

interface Row extends EventShape.ShownEvent {
  readonly place: CausationTree.TreeRow
}

const data = EventShape.shape.columns.at(-1)!

const shape: Output.Shape<Row> = {
  record: ({ place: { causedBy, depth }, ...event }) => ({ depth, causedBy, ...EventShape.shape.record!(event) }),
  columns: [
    { name: "event", show: ({ place: { branch }, stored: { type } }) => `${branch}${type}` },
    { name: "stream", show: ({ stored: { stream, version } }) => `${stream}@${version}` },
    { name: "recorded", show: ({ stored: { recordedAt } }) => EventShape.time(recordedAt) },
    data
  ]
}

// More are cut: such a tree would be unreadable.
const maxEvents = 10_000

const find = Effect.fnUntraced(function*(id: string) {
  const reader = yield* EventReader
  // A correlation id need not be the id of an event.
  const eventOf = (text: string) =>
    Result.match(EventId.parse(text), { onFailure: () => Effect.succeedNone, onSuccess: reader.findEvent })
  const given = yield* eventOf(id)
  const correlationId = Option.match(given, {
    onNone: () => id,
    onSome: ({ metadata }) => typeof metadata.correlationId === "string" ? metadata.correlationId : id
  })
  // An event without a correlation id gives its own id to what it causes.
  const first = correlationId === id ? given : yield* eventOf(correlationId)
  const others = yield* Stream.runCollect(reader.readAll({ correlationId, limit: maxEvents + 1 }))
  const all = Option.match(first, {
    onNone: () => others,
    onSome: (event) => others.some((other) => other.id === event.id) ? others : [event, ...others]
  })
  return { events: all.slice(0, maxEvents), isCut: all.length > maxEvents }
})

/** `refold trace`. */
export const command = Command.make("trace", {
  id: Argument.String("id").pipe(
    Argument.withDescription("A correlation id, or the id of an event, whose correlation id is taken")
  ),
  raw: Flag.Boolean("raw").pipe(
    Flag.withoutNegation,
    Flag.withDescription("Events as they are stored, without the codecs of the config"),
    Flag.withDefault(false)
  )
}, ({ id, raw }) =>
  Connection.withStore(Effect.gen(function*() {
    const { events, isCut } = yield* find(id)
    if (events.length === 0) return yield* failed(`no event has the id or the correlation id ${id}`)
    if (isCut) yield* Output.note(`more than ${maxEvents} events: only the first ones are shown`)
    const show = EventShape.show(yield* LoadConfig.config, raw)
    const rows = CausationTree.arrange(events).map((place): Row => ({ ...show(place.event), place }))
    yield* Output.rows(shape, rows, "no events")
  }))).pipe(
    Command.withDescription("The events with a correlation id, as a tree of causes."),
    Command.withShortDescription("Events as a tree of causes"),
    Command.withExamples([
      { command: "refold trace order-17", description: "Everything that an order led to" },
      { command: "refold trace 01a22552-ed56-7672-a8e8-01cc5de7792e", description: "Where does this event come from?" }
    ])
  )
