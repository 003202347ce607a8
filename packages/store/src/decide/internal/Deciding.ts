/** A decider's functions, as they are whatever their author has done: what they throw is a value here. */
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
import type { Loaded } from "../Loaded.ts"
import type { Watchdog } from "./Watchdog.ts"

/** What a command leads to. */
export interface Decision<State, Event> {
  readonly events: ReadonlyArray<Event>
  readonly encoded: ReadonlyArray<EncodedEvent>
  /** The state after them. */
  readonly state: State
}

/** Why a command leads to nothing. */
export type NoDecision<Refusal> = Refusal | VersionConflict | DeciderFault | UnencodableEvent

/** Under which conditions a command is decided. */
export interface Conditions {
  readonly expected?: ExpectedVersion.ExpectedVersion | undefined
  readonly watchdog: Watchdog
}

/** What a command leads to on a state, where that is what the client expects. */
export const decideOn = <Command, State, Event extends Tagged, Refusal>(
  { codec, decider }: Aggregate<Command, State, Event, Refusal>,
  command: Command,
  { state: before, stream, version }: Loaded<State>,
  { expected = ExpectedVersion.Any, watchdog }: Conditions
): Result.Result<Decision<State, Event>, NoDecision<Refusal>> =>
  Result.gen(function*() {
    if (!ExpectedVersion.matches(expected, version))
      return yield* Result.fail(versionConflict(stream, expected, version))
    const events = yield* decide(stream, () => watchdog.run(() => decider.decide(command, before)))
    const state = yield* fold(decider, stream, before, events, watchdog)
    const encoded: Array<EncodedEvent> = []
    for (const event of events)
      encoded.push(yield* codec.encode(event))
    return { events, encoded, state }
  })

/**
 * The state as a load will fold it, from the stored form of the events, which may know less than what was decided: a time
 * in whole milliseconds, say. None where they cannot be read back.
 */
export const readBack = <Command, State, Event extends Tagged, Refusal>(
  { codec, decider }: Aggregate<Command, State, Event, Refusal>,
  { position, state, stream, version }: Loaded<State>,
  encoded: ReadonlyArray<EncodedEvent>,
  watchdog: Watchdog
): Option.Option<State> => {
  const decoded = Result.all(encoded.map((event) => codec.decode({ ...event, stream, version, position })))
  return Result.getSuccess(Result.flatMap(decoded, (events) => fold(decider, stream, state, events, watchdog)))
}

/** The state after these events. */
export const fold = <State, Event>(
  view: View.View<State, Event>,
  stream: StreamName,
  state: State,
  events: Iterable<Event>,
  { run }: Watchdog
): Result.Result<State, DeciderFault> =>
  Result.try({
    try: () => run(() => View.foldFrom(view, state, events)),
    catch: (cause) => new DeciderFault({ stream, stage: "evolve", cause })
  })

const decide = <Event, Refusal>(
  stream: StreamName,
  run: () => Result.Result<ReadonlyArray<Event>, Refusal>
): Result.Result<ReadonlyArray<Event>, Refusal | DeciderFault> => {
  const fault = (cause: unknown) => Result.fail(new DeciderFault({ stream, stage: "decide", cause }))
  try {
    const decision = run()
    return Result.isResult(decision) && (Result.isFailure(decision) || Array.isArray(decision.success))
      ? decision
      : fault(new TypeError("it must give a Result of a list of events or of a refusal"))
  } catch (error) {
    return fault(error)
  }
}
