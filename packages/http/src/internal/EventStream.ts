/** `GET /events`: stored events, then new ones, as server-sent events. The id of each is the cursor to continue after it. */
import { invalid, type InvalidInput } from "@refold/core/event/InvalidInput"
import * as NewEvent from "@refold/core/event/NewEvent"
import type { Position } from "@refold/core/event/Position"
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import * as StreamName from "@refold/core/event/StreamName"
import * as Cursor from "@refold/store/log/Cursor"
import { EventReader, type Progress, type ReadFailure, type SubscribeOptions } from "@refold/store/log/EventReader"
import { LogWentBack } from "@refold/store/log/LogWentBack"
import * as Cause from "effect/Cause"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import * as Problem from "../Problem.ts"
import type * as Answer from "./Answer.ts"
import type { Api, EventsOptions } from "./Definition.ts"
import { allowed } from "./Permission.ts"
import * as QueryParameters from "./QueryParameters.ts"
import type { Services } from "./Services.ts"

/** Opens the stream, which ends when `closing` does or when the client cancels it. */
export const open = <R>(
  api: Api<R>,
  request: Request,
  url: URL,
  served: EventsOptions,
  closing: Effect.Effect<void>
): Effect.Effect<Answer.Answer, unknown, Services | R> =>
  Effect.gen(function*() {
    const options = yield* Effect.fromResult(read(api, request, url, served))
    const call = { kind: "Query", tag: "Events", payload: { _tag: "Events", ...options }, resource: "events" } as const
    return yield* allowed(api, request, call, start(request, options, served, closing))
  })

const start = (
  request: Request,
  options: SubscribeOptions,
  served: EventsOptions,
  closing: Effect.Effect<void>
): Effect.Effect<Answer.Answer, ReadFailure | LogWentBack, EventReader> =>
  Effect.gen(function*() {
    const reader = yield* EventReader
    // Checked before the answer begins: later its status cannot report that the place is not in the log.
    yield* confirm(reader, options)
    const text = textOf(reader, options, served).pipe(
      Stream.interruptWhen(closing),
      Stream.map((part) => encoder.encode(part))
    )
    const context = yield* Effect.context()
    return {
      status: 200,
      headers: { "content-type": "text/event-stream", "cache-control": "no-cache", "x-accel-buffering": "no" },
      body: request.method === "HEAD"
        ? null
        : Stream.toReadableStreamWith(text, context, { signal: request.signal })
    }
  })

const textOf = (
  reader: EventReader["Service"],
  options: SubscribeOptions,
  { keepAlive = "15 seconds", retry = "3 seconds" }: EventsOptions
): Stream.Stream<string> => {
  const events = reader.subscribeWithCursors(options).pipe(
    Stream.map((delivered) =>
      delivered._tag === "Event"
        ? message(delivered.event.type, shown(delivered.event), delivered.cursor)
        : progress(delivered)
    ),
    Stream.filter((text) => text !== ""),
    Stream.catchCause((cause) => Stream.succeed(failed(cause)))
  )
  const comments = Stream.tick(keepAlive).pipe(Stream.drop(1), Stream.map(() => ": keep-alive\n\n"))
  return Stream.succeed(`retry: ${Duration.toMillis(Duration.fromInputUnsafe(retry))}\n\n`).pipe(
    Stream.concat(Stream.merge(events, comments, { haltStrategy: "left" }))
  )
}

const encoder = new TextEncoder()

const message = (type: string, data: unknown, id: string | undefined): string =>
  `${id === undefined ? "" : `id: ${id}\n`}event: ${type}\ndata: ${JSON.stringify(data)}\n\n`

// A message without data is not an event for a client and advances its last id: the filter may pass few events.
const progress = ({ cursor }: Progress): string => cursor === undefined ? "" : `id: ${cursor}\n\n`

/** The name of the last message of a stream that failed; its data is a problem. */
const problemEvent = "refold.problem"

const failed = (cause: Cause.Cause<unknown>): string => {
  const error = Option.getOrElse(Cause.findErrorOption(cause), () => new Error("defect"))
  return message(problemEvent, Problem.problemOf(error).body, undefined)
}

const shown = ({ occurredAt, recordedAt, ...event }: RecordedEvent): unknown => ({
  ...event,
  occurredAt: DateTime.formatIso(occurredAt),
  recordedAt: DateTime.formatIso(recordedAt)
})

const confirm = (
  { bound, findEvent }: EventReader["Service"],
  { after, cursor }: SubscribeOptions
): Effect.Effect<void, ReadFailure | LogWentBack> =>
  Effect.gen(function*() {
    if (cursor !== undefined) {
      const { eventId, position } = yield* Effect.fromResult(Cursor.parse(cursor))
      const found = yield* findEvent(eventId)
      if (Option.exists(found, (event) => event.position === position)) return
      return yield* new LogWentBack({ reason: "Gone", after: position, eventId, last: (yield* bound).last })
    }
    const { last } = yield* bound
    if (after !== undefined && after > last) {
      return yield* new LogWentBack({ reason: "Gone", after, eventId: undefined, last })
    }
  })

const read = <R>(
  api: Api<R>,
  request: Request,
  url: URL,
  served: EventsOptions
): Result.Result<SubscribeOptions, InvalidInput> =>
  Result.gen(function*() {
    const names = ["after", "cursor", "types", "categories"]
    const found = yield* QueryParameters.read(url, (name) => names.includes(name))
    const after: Position | undefined = yield* QueryParameters.positionOf(found)
    // A client that connects again sends its last id, and the first URL with it.
    const last = request.headers.get("last-event-id") || undefined
    const cursor = last ?? found.get("cursor")
    if (cursor !== undefined) yield* Cursor.parse(cursor)
    if (cursor !== undefined && last === undefined && after !== undefined) {
      return yield* invalid("after", "must not be given together with cursor")
    }
    const all = served.categories ?? [...new Set([...api.aggregates.values()].map(({ category }) => category))]
    const categories = yield* narrow("categories", found.get("categories"), all, StreamName.categoryProblem)
    const types = yield* narrow("types", found.get("types"), served.types, NewEvent.nameProblem)
    return {
      ...(categories === undefined ? {} : { categories }),
      ...(types === undefined ? {} : { types }),
      // Parsed above.
      ...(cursor === undefined ? after === undefined ? {} : { after } : { cursor: cursor as Cursor.Cursor })
    }
  })

// The client's list, which must be a subset of the served ones.
const narrow = (
  field: string,
  text: string | undefined,
  served: ReadonlyArray<string> | undefined,
  problemOf: (name: string) => string | undefined
): Result.Result<ReadonlyArray<string> | undefined, InvalidInput> => {
  if (text === undefined) return Result.succeed(served)
  for (const name of text.split(",")) {
    const problem = problemOf(name)
    if (problem !== undefined) return invalid(field, problem)
    if (served?.includes(name) === false) return invalid(field, `must be of ${served.join(", ")}`)
  }
  return Result.succeed(text.split(","))
}
