/** `refold streams`: the streams of the store, in the order of their names. */
import * as StreamName from "@refold/core/event/StreamName"
import type { ListedStream } from "@refold/core/journal/StreamList"
import { LogBrowser } from "@refold/store/log/LogBrowser"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Connection from "../connect/Connection.ts"
import { usage } from "../frame/CliFailure.ts"
import * as Output from "../frame/Output.ts"
import { time } from "./EventShape.ts"

const shape: Output.Shape<ListedStream> = {
  record: ({ position, recordedAt, stream, version }) => ({ stream, version, position, recordedAt: time(recordedAt) }),
  columns: [
    { name: "stream", width: 32, show: ({ stream }) => stream },
    { name: "version", isNumber: true, show: ({ version }) => version },
    { name: "last position", isNumber: true, show: ({ position }) => position },
    { name: "last recorded", show: ({ recordedAt }) => time(recordedAt) }
  ]
}

/** `refold streams`. */
export const command = Command.make("streams", {
  category: Argument.String("category").pipe(
    Argument.withDescription("Only streams of this category"),
    Argument.optional
  ),
  after: Flag.String("after").pipe(
    Flag.withMetavar("stream"),
    Flag.withDescription("Only streams whose names come after this one"),
    Flag.optional
  ),
  limit: Flag.Int("limit").pipe(
    Flag.withAlias("n"),
    Flag.withDescription("The maximum number of streams"),
    Flag.optional
  )
}, ({ after, category, limit }) =>
  Effect.gen(function*() {
    if (Option.exists(limit, (count) => count < 1)) return yield* usage("--limit must be 1 or more")
    const from = Option.isSome(after) ? yield* Effect.fromResult(StreamName.parse(after.value, "--after")) : undefined
    yield* Connection.withStore(Effect.gen(function*() {
      const streams = (yield* LogBrowser).listStreams({
        category: Option.getOrUndefined(category),
        after: from,
        limit: Option.getOrUndefined(limit)
      })
      const count = yield* Output.each(shape, streams)
      if (count === 0) yield* Output.remark("no streams")
    }))
  })).pipe(
    Command.withDescription("The streams, in the order of their names, each with its last event."),
    Command.withShortDescription("List the streams"),
    Command.withExamples([
      { command: "refold streams", description: "All of them" },
      { command: "refold streams wallet --limit 20", description: "The first ones of a category" },
      { command: "refold streams wallet --after wallet-m", description: "Those with names after wallet-m" }
    ])
  )
