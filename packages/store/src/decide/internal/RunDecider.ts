/** Runs the functions of a decider; what they throw becomes a `DeciderFault`. */
import type { Aggregate } from "@refold/core/decide/Aggregate"
import * as View from "@refold/core/decide/View"
import type { UnencodableEvent } from "@refold/core/event/DecodeError"
import type { EncodedEvent } from "@refold/core/event/EventCodec"
import type { Tagged } from "@refold/core/event/EventType"
import type { StreamName } from "@refold/core/event/StreamName"
import { type VersionConflict, versionConflict } from "@refold/core/journal/AppendError"
import * as ExpectedVersion from "@refold/core/journal/ExpectedVersion"
import type * as Option from "effect/Option"
import * as Result from "effect/Result"
import { DeciderFault } from "../DeciderFault.ts"
import type { LoadedState } from "../LoadedState.ts"

/** The events that a command led to. */
export interface Decision<State, Event> {
  readonly events: ReadonlyArray<Event>
  readonly encoded: ReadonlyArray<EncodedEvent>
  /** The state after these events. */
  readonly state: State
}

/** Why a command led to no decision. */
export type DecideFailure<Refusal> = Refusal | VersionConflict | DeciderFault | UnencodableEvent

/** Decides a command on a loaded state. Fails with `VersionConflict` if the state is not at the expected version. */
export const decide = <Command, State, Event extends Tagged, Refusal>(
  { codec, decider }: Aggregate<Command, State, Event, Refusal>,
  command: Command,
  { state: before, stream, version }: LoadedState<State>,
  expected: ExpectedVersion.ExpectedVersion = ExpectedVersion.Any
): Result.Result<Decision<State, Event>, DecideFailure<Refusal>> =>
  Result.gen(function*() {
    if (!ExpectedVersion.matches(expected, version))
      return yield* Result.fail(versionConflict(stream, expected, version))
    const events = yield* callDecide(stream, () => decider.decide(command, before))
    const state = yield* fold(decider, stream, before, events)
    const encoded: Array<EncodedEvent> = []
    for (const event of events)
      encoded.push(yield* codec.encode(event))
    return { events, encoded, state }
  })

/**
 * The state as a later load will fold it, from the encoded events, which may hold less than the decided ones, such as a
 * time in whole milliseconds. None if they cannot be decoded.
 */
export const readBack = <Command, State, Event extends Tagged, Refusal>(
  { codec, decider }: Aggregate<Command, State, Event, Refusal>,
  { position, state, stream, version }: LoadedState<State>,
  encoded: ReadonlyArray<EncodedEvent>
): Option.Option<State> => {
  const decoded = Result.all(encoded.map((event) => codec.decode({ ...event, stream, version, position })))
  return Result.getSuccess(Result.flatMap(decoded, (events) => fold(decider, stream, state, events)))
}

/** Folds events into a state. */
export const fold = <State, Event>(
  view: View.View<State, Event>,
  stream: StreamName,
  state: State,
  events: Iterable<Event>
): Result.Result<State, DeciderFault> =>
  Result.try({
    try: () => View.foldFrom(view, state, events),
    catch: (cause) => new DeciderFault({ stream, stage: "evolve", cause })
  })

const callDecide = <Event, Refusal>(
  stream: StreamName,
  run: () => Result.Result<ReadonlyArray<Event>, Refusal>
): Result.Result<ReadonlyArray<Event>, Refusal | DeciderFault> => {
  const fault = (cause: unknown) => Result.fail(new DeciderFault({ stream, stage: "decide", cause }))
  try {
    const decision = run()
    return Result.isResult(decision) && (Result.isFailure(decision) || Array.isArray(decision.success))
      ? decision
      : fault(new TypeError("it must return a Result of an array of events, or of a refusal"))
  } catch (error) {
    return fault(error)
  }
}
