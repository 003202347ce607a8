/** The code for a verification: codecs to decode events, aggregates to fold snapshots, projections to fold rows. */
import type { Aggregate } from "@refold/core/decide/Aggregate"
import type { DecodeError } from "@refold/core/event/DecodeError"
import type { EventCodec } from "@refold/core/event/EventCodec"
import type { Tagged } from "@refold/core/event/EventType"
import type { InvalidInput } from "@refold/core/event/InvalidInput"
import type * as Json from "@refold/core/event/Json"
import * as Position from "@refold/core/event/Position"
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import * as StreamName from "@refold/core/event/StreamName"
import * as StreamVersion from "@refold/core/event/StreamVersion"
import * as AsOf from "@refold/core/journal/AsOf"
import type { Projection } from "@refold/core/project/Projection"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Result from "effect/Result"
import type * as Stream from "effect/Stream"
import { foldTail } from "../decide/internal/FoldTail.ts"
import type { LoadFailure } from "../decide/State.ts"
import type { EventReader } from "../log/EventReader.ts"
import type { EventStoreError } from "../log/EventStoreError.ts"
import type { Readers } from "../project/ReadModel.ts"
import type * as Finding from "./Finding.ts"
import { compareRows } from "./internal/CompareRows.ts"

/** A part of a verification. */
export interface Verifier {
  /** Decodes an event; undefined for one that it does not check. */
  readonly decode?: ((event: RecordedEvent) => Result.Result<unknown, DecodeError> | undefined) | undefined
  /** Folds the state of snapshots with this name and fingerprint. */
  readonly snapshots?: ReplayedSnapshots | undefined
  /** Compares rows with the log. */
  readonly rows?: Stream.Stream<Finding.Finding, EventStoreError, Readers> | undefined
}

/** Snapshots that can be folded again. */
export interface ReplayedSnapshots {
  readonly category: string
  readonly view: string
  readonly fingerprint: string
  /** The encoded state of a stream at a version. */
  readonly replay: (
    stream: StreamName.StreamName,
    version: StreamVersion.StreamVersion
  ) => Effect.Effect<Json.Json, LoadFailure | InvalidInput, EventReader>
}

/** Decodes all events, or those of streams in a category. An event type that the codec does not have is a finding. */
export const codec = <Event extends Tagged>(events: EventCodec<Event>, category?: string): Verifier => ({
  decode: (event) =>
    category === undefined || StreamName.category(event.stream) === category ? events.decode(event) : undefined
})

/** Decodes the events of an aggregate, and folds its snapshots again. */
export const aggregate = <Command, State, Event extends Tagged, Refusal>(
  definition: Aggregate<Command, State, Event, Refusal>
): Verifier => ({
  ...codec(definition.events, definition.category),
  snapshots: Option.getOrUndefined(
    Option.map(definition.snapshots, ({ encode, fingerprint, name }) => ({
      category: definition.category,
      view: name,
      fingerprint,
      replay: Effect.fnUntraced(function*(stream, version) {
        const folded = yield* foldTail(
          definition,
          { ...nothing, stream, state: definition.decider.initialState },
          AsOf.version(version)
        )
        // A state of no events has no last event that could be missing.
        return yield* Effect.fromResult(encode(Option.getOrThrow(folded).state))
      })
    }))
  )
})

const nothing = {
  version: StreamVersion.none,
  lastEventId: undefined,
  position: Position.start,
  recordedAt: DateTime.makeUnsafe(0),
  isComplete: true
}

/** Folds the rows of a projection again, into a temporary generation, and compares them with the live ones. */
export const projection = <Event extends Tagged, State, Index extends string>(
  definition: Projection<Event, State, Index>
): Verifier => ({ rows: compareRows(definition) })
