/** The answer to a command that is repeated under its idempotency key: that of the first one, read from its stream. */
import type { Aggregate } from "@refold/core/decide/Aggregate"
import type { CommandInvalid } from "@refold/core/decide/CommandInvalid"
import { decodeAll } from "@refold/core/event/EventCodec"
import type { Tagged } from "@refold/core/event/EventType"
import type { InvalidInput } from "@refold/core/event/InvalidInput"
import * as Json from "@refold/core/event/Json"
import { StreamVersion } from "@refold/core/event/StreamVersion"
import * as Fingerprint from "@refold/core/internal/journal/Fingerprint"
import * as AsOf from "@refold/core/journal/AsOf"
import type { Appended, FingerprintedKey } from "@refold/core/journal/Commit"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import { EventReader } from "../../log/EventReader.ts"
import { EventStore, type FindAppendedFailure } from "../../log/EventStore.ts"
import { WireTransform } from "../../log/WireTransform.ts"
import type { LoadedState } from "../LoadedState.ts"
import type { SnapshotStore } from "../SnapshotStore.ts"
import * as State from "../State.ts"

/** The state after the first command, and the events that it led to. */
export interface IdempotentAnswer<State, Event> extends LoadedState<State> {
  readonly events: ReadonlyArray<Event>
  readonly deduplicated: true
}

/** The key of a command with its fingerprint; undefined without a key. Fails if the command cannot be encoded. */
export const fingerprintedKey = <Command, State, Event extends Tagged, Refusal>(
  { category, commands }: Aggregate<Command, State, Event, Refusal>,
  id: string,
  command: Command,
  key: string | undefined
): Result.Result<FingerprintedKey | undefined, CommandInvalid | InvalidInput> => {
  const encoded = encode(commands, command, key)
  return Result.map(
    encoded,
    (json) => key === undefined ? undefined : { key, fingerprint: Fingerprint.ofCommand(category, id, json) }
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

/** The first answer; None if the command has no key, or is the first under its key. */
export const find = Effect.fnUntraced(function*<Command, State, Event extends Tagged, Refusal>(
  aggregate: Aggregate<Command, State, Event, Refusal>,
  id: string,
  idempotency: FingerprintedKey | undefined
): Effect.fn.Return<
  Option.Option<IdempotentAnswer<State, Event>>,
  State.LoadFailure | FindAppendedFailure,
  EventStore | EventReader | SnapshotStore
> {
  if (idempotency === undefined) return Option.none()
  const appended = yield* (yield* EventStore).findAppended(idempotency)
  return Option.isNone(appended) ? Option.none() : Option.some(yield* load(aggregate, id, appended.value))
})

/** The first answer, read from where its events were stored. */
export const load = Effect.fnUntraced(function*<Command, State, Event extends Tagged, Refusal>(
  aggregate: Aggregate<Command, State, Event, Refusal>,
  id: string,
  { streams: [{ firstVersion, stream, version }] }: Appended
): Effect.fn.Return<IdempotentAnswer<State, Event>, State.LoadFailure, EventReader | SnapshotStore> {
  const asOf = AsOf.version(version)
  const loaded = yield* State.load(aggregate, id, { asOf })
  const reader = yield* EventReader
  const stored = yield* Stream.runCollect(reader.readStream(stream, { after: StreamVersion(firstVersion - 1), asOf }))
  const { fromWire } = yield* WireTransform
  const events = yield* Effect.fromResult(decodeAll(aggregate.events, yield* fromWire(stored)))
  return { ...loaded, events, deduplicated: true }
})
