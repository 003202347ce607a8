/** Runs the functions of a decider; what they throw becomes a `DeciderFault`. */
import type { Aggregate } from "@refold/core/decide/Aggregate"
import * as View from "@refold/core/decide/View"
import type { UnencodableEvent } from "@refold/core/event/DecodeError"
import type { EncodedEvent } from "@refold/core/event/EventCodec"
import type { Tagged } from "@refold/core/event/EventType"
import type { StreamName } from "@refold/core/event/StreamName"
import { type VersionConflict, versionConflict } from "@refold/core/journal/AppendError"
import * as ExpectedVersion from "@refold/core/journal/ExpectedVersion"
import * as Result from "effect/Result"
import { DeciderFault } from "../DeciderFault.ts"
import type { LoadedState } from "../LoadedState.ts"

/** The events that a command led to, as they are read back: a codec may drop or round what `decide` returned. */
export interface Decision<State, Event> {
  readonly events: ReadonlyArray<Event>
  readonly encoded: ReadonlyArray<EncodedEvent>
  /** The state after these events. */
  readonly state: State
}

/** The reason why there is no decision on a command. */
export type DecideFailure<Refusal> = Refusal | VersionConflict | DeciderFault | UnencodableEvent

/** Decides a command on a loaded state. Fails with `VersionConflict` if the state is not at the expected version. */
export const decide = <Command, State, Event extends Tagged, Refusal>(
  { events: codec, decider }: Aggregate<Command, State, Event, Refusal>,
  command: Command,
  loaded: LoadedState<State>,
  expected: ExpectedVersion.ExpectedVersion = ExpectedVersion.Any
): Result.Result<Decision<State, Event>, DecideFailure<Refusal>> =>
  Result.gen(function*() {
    const { state: before, stream, version } = loaded
    if (!ExpectedVersion.matches(expected, version))
      return yield* Result.fail(versionConflict(stream, expected, version))
    const encoded: Array<EncodedEvent> = []
    const events: Array<Event> = []
    for (const event of yield* callDecide(stream, () => decider.decide(command, before))) {
      const stored = yield* codec.encode(event)
      encoded.push(stored)
      events.push(yield* codec.readBack(stored))
    }
    return { events, encoded, state: yield* fold(decider, stream, before, events) }
  })

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
    if (Result.isResult(decision) && (Result.isFailure(decision) || Array.isArray(decision.success))) return decision
    ignoreRejection(decision)
    return fault(new TypeError("it must return, synchronously, { events } or { refused }, or a Result"))
  } catch (error) {
    return fault(error)
  }
}

// An async decide is reported as a fault: the rejection of its promise must not end the program.
const ignoreRejection = (decision: unknown): void => {
  if (decision instanceof Promise) decision.catch(() => undefined)
}
