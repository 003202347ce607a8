/** What a command repeated under its idempotency key gets: the answer to its first copy, read back from the stream. */
import type { Aggregate } from "@refold/core/decide/Aggregate"
import type { CommandInvalid } from "@refold/core/decide/CommandInvalid"
import type { Tagged } from "@refold/core/event/EventType"
import type { InvalidInput } from "@refold/core/event/InvalidInput"
import * as Json from "@refold/core/event/Json"
import { StreamVersion } from "@refold/core/event/StreamVersion"
import type { IdempotencyConflict } from "@refold/core/journal/AppendError"
import * as AsOf from "@refold/core/journal/AsOf"
import type { Appended, FingerprintedKey } from "@refold/core/journal/Commit"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import { EventReader } from "../../log/EventReader.ts"
import { EventStore } from "../../log/EventStore.ts"
import { WireTransform } from "../../log/WireTransform.ts"
import type { Loaded } from "../Loaded.ts"
import type { SnapshotStore } from "../SnapshotStore.ts"
import * as State from "../State.ts"

/** The state just after the first copy, and the events that it led to. */
export interface FirstAnswer<State, Event> extends Loaded<State> {
  readonly events: ReadonlyArray<Event>
  readonly deduplicated: true
}

/** The key of a command, with what makes another command under it a conflict. Malformed commands have none. */
export const idempotencyOf = <Command, State, Event extends Tagged, Refusal>(
  { category, commands }: Aggregate<Command, State, Event, Refusal>,
  id: string,
  command: Command,
  key: string | undefined
): Result.Result<FingerprintedKey | undefined, CommandInvalid | InvalidInput> => {
  const encoded = encode(commands, command, key)
  return Result.map(
    encoded,
    (json) => key === undefined ? undefined : { key, fingerprint: Json.canonical([category, id, json]) }
  )
}

const encode = <Command>(
  commands: Aggregate<Command, never, Tagged, never>["commands"],
  command: Command,
  key: string | undefined
): Result.Result<Json.Json, CommandInvalid | InvalidInput> => {
  if (Option.isSome(commands)) return commands.value.encode(command)
  return key === undefined ? Result.succeed(null) : Json.storable(command, "command")
}

/** The first answer, None where the command has no key or is the first under it. */
export const find = Effect.fnUntraced(function*<Command, State, Event extends Tagged, Refusal>(
  aggregate: Aggregate<Command, State, Event, Refusal>,
  id: string,
  idempotency: FingerprintedKey | undefined
): Effect.fn.Return<
  Option.Option<FirstAnswer<State, Event>>,
  State.LoadFailure | IdempotencyConflict,
  EventStore | EventReader | SnapshotStore
> {
  if (idempotency === undefined) return Option.none()
  const appended = yield* (yield* EventStore).findAppended(idempotency)
  return Option.isNone(appended) ? Option.none() : Option.some(yield* load(aggregate, id, appended.value))
})

/** The first answer, by where its events were stored. */
export const load = Effect.fnUntraced(function*<Command, State, Event extends Tagged, Refusal>(
  aggregate: Aggregate<Command, State, Event, Refusal>,
  id: string,
  { streams: [{ firstVersion, stream, version }] }: Appended
): Effect.fn.Return<FirstAnswer<State, Event>, State.LoadFailure, EventReader | SnapshotStore> {
  const asOf = AsOf.version(version)
  const loaded = yield* State.load(aggregate, id, { asOf })
  const reader = yield* EventReader
  const stored = yield* Stream.runCollect(reader.readStream(stream, { after: StreamVersion(firstVersion - 1), asOf }))
  const { fromWire } = yield* WireTransform
  const decode = (event: typeof stored[number]) => Effect.fromResult(aggregate.codec.decode(event))
  return { ...loaded, events: yield* Effect.forEach(yield* fromWire(stored), decode), deduplicated: true }
})
