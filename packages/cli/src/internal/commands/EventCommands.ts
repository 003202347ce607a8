/** `refold show` and `refold tail`: events of a stream, and of the log as it grows. */
import { Position } from "@refold/core/event/Position"
import * as StreamName from "@refold/core/event/StreamName"
import type * as AsOf from "@refold/core/journal/AsOf"
import * as State from "@refold/store/decide/State"
import * as PastPoint from "@refold/store/internal/log/PastPoint"
import { EventReader } from "@refold/store/log/EventReader"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as Definitions from "../config/Definitions.ts"
import * as LoadConfig from "../config/LoadConfig.ts"
import * as Connection from "../connect/Connection.ts"
import { failed, usage } from "../frame/CliFailure.ts"
import * as Output from "../frame/Output.ts"
import * as EventShape from "./EventShape.ts"
import { asOf, position } from "./Inputs.ts"

const raw = Flag.Boolean("raw").pipe(
  Flag.withoutNegation,
  Flag.withDescription("Events as they are stored, without the codecs of the config"),
  Flag.withDefault(false)
)

const showEvents = Effect.fnUntraced(function*(
  stream: StreamName.StreamName,
  at: AsOf.AsOf | undefined,
  isRaw: boolean
) {
  const config = yield* LoadConfig.config
  const reader = yield* EventReader
  const [version] = yield* reader.streamVersions([stream])
  if (version === 0) return yield* failed(`the stream ${stream} has no events`)
  yield* Effect.fromResult(PastPoint.checkVersion(at, version!))
  const events = reader.readStream(stream, { asOf: at })
  const count = yield* Output.each(EventShape.shape, Stream.map(events, EventShape.show(config, isRaw)))
  if (count === 0) return yield* failed(`the stream ${stream} had no events then`)
})

const showState = Effect.fnUntraced(function*(stream: StreamName.StreamName, at: AsOf.AsOf | undefined) {
  const aggregate = yield* Definitions.aggregate(StreamName.category(stream))
  const loaded = yield* State.load(aggregate, StreamName.id(stream), { asOf: at })
  if (loaded.version === 0)
    return yield* failed(`the stream ${stream} ${at === undefined ? "has no events" : "had no events then"}`)
  const { position, recordedAt, state, version } = loaded
  yield* Output.fields({ stream, version, position, recordedAt: EventShape.time(recordedAt), state })
})

/** `refold show`. */
export const show = Command.make("show", {
  stream: Argument.String("stream").pipe(Argument.withDescription("The name of a stream: category-id")),
  at: Flag.String("at").pipe(
    Flag.withMetavar("version|time"),
    Flag.withDescription("Up to a version of the stream, or a time of the store's clock such as 2026-11-29T12:00:00Z"),
    Flag.optional
  ),
  state: Flag.Boolean("state").pipe(
    Flag.withoutNegation,
    Flag.withDescription("The state after the events, folded by the aggregate of the config, in place of the events"),
    Flag.withDefault(false)
  ),
  raw
}, ({ at, raw, state, stream: name }) =>
  Effect.gen(function*() {
    const stream = yield* Effect.fromResult(StreamName.parse(name))
    const point = Option.isSome(at) ? yield* asOf(at.value) : undefined
    yield* state
      ? Connection.withCode(showState(stream, point))
      : Connection.withStore(showEvents(stream, point, raw))
  })).pipe(
    Command.withDescription("The events of a stream, or its state, now or in the past."),
    Command.withShortDescription("The events or the state of a stream"),
    Command.withExamples([
      { command: "refold show wallet-ada", description: "All its events" },
      { command: "refold show wallet-ada --at 3 --state", description: "Its state after three events" },
      { command: "refold show wallet-ada --at 2026-11-29T12:00:00Z", description: "What was stored by then" }
    ])
  )

const list = (name: string, description: string) =>
  Flag.String(name).pipe(
    Flag.withDescription(`${description}; may be given several times`),
    Flag.atLeast(0),
    // The help would say that it is required.
    Flag.withDefault<ReadonlyArray<string>>([])
  )

/** `refold tail`. */
export const tail = Command.make("tail", {
  category: list("category", "Only events of streams of this category"),
  type: list("type", "Only events of this stored type"),
  from: Flag.String("from").pipe(
    Flag.withMetavar("position|now"),
    Flag.withDescription(
      "Begin with this position, 0 for the first event; with the next event that is appended by default"
    ),
    Flag.withDefault("now")
  ),
  limit: Flag.Int("limit").pipe(
    Flag.withAlias("n"),
    Flag.withDescription("End after this number of events"),
    Flag.optional
  ),
  follow: Flag.Boolean("follow").pipe(
    Flag.withDescription(
      "Wait for later events, until Ctrl-C; true by default, --no-follow ends at the head of the log"
    ),
    Flag.withDefault(true)
  ),
  raw
}, ({ category, follow, from, limit, raw, type }) =>
  Effect.gen(function*() {
    if (Option.exists(limit, (count) => count < 1)) return yield* usage("--limit must be 1 or more")
    const start = from === "now" ? undefined : yield* position(from)
    yield* Connection.withStore(Effect.gen(function*() {
      const config = yield* LoadConfig.config
      const reader = yield* EventReader
      const after = start === undefined ? yield* reader.head : Position(Math.max(0, start - 1))
      const options = {
        after,
        ...category.length > 0 && { categories: category },
        ...type.length > 0 && { types: type }
      }
      const all = follow ? reader.subscribe(options) : reader.readAll(options)
      const events = Option.isSome(limit) ? Stream.take(all, limit.value) : all
      yield* Output.each(EventShape.shape, Stream.map(events, EventShape.show(config, raw)))
    }))
  })).pipe(
    Command.withDescription("The events of all streams in the order of the log, as they are appended."),
    Command.withShortDescription("The events of the log, as they are appended"),
    Command.withExamples([
      { command: "refold tail", description: "What happens now" },
      {
        command: "refold tail --from 0 --category wallet --type Deposited --no-follow",
        description: "All deposits so far"
      },
      { command: "refold tail --from 0 | jq -r .stream | head -5", description: "The streams of the first events" }
    ])
  )
