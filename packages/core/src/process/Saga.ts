/**
 * A sequence of steps across aggregates without a common transaction: if a step fails, the completed steps are
 * compensated in reverse order. A saga is compiled to a Process. After Hector Garcia-Molina and Kenneth Salem, "Sagas"
 * (1987).
 */
import type { NonEmptyReadonlyArray } from "effect/Array"
import type * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type { Tagged } from "../event/EventType.ts"
import type { InvalidInput } from "../event/InvalidInput.ts"
import type { Envelope } from "../project/Projection.ts"
import type { Send } from "./internal/Reaction.ts"
import * as SagaChecks from "./internal/SagaChecks.ts"
import type * as Plan from "./internal/SagaPlan.ts"
import * as SagaProgress from "./internal/SagaProgress.ts"
import * as Internal from "./internal/SagaState.ts"
import { transition } from "./internal/SagaTransition.ts"
import * as Process from "./Process.ts"

/** A step: a command, and the command that compensates it. */
export type Step<Event extends Tagged, Data> = Plan.Step<Event, Data>

/** The definition of a saga; see `Process.Definition` for the other fields. */
export interface Definition<Event extends Tagged, Data>
  extends Pick<Process.Definition<Event, never>, "name" | "events" | "categories" | "since" | "targets">
{
  /**
   * For an event that starts a saga, the id and the data of the saga; None for all other events. Several types of events
   * may start it: the first one does. `earlier` are the events of the types in `startOn` that came before; it is empty if
   * only the id is needed. The data are not stored: `start` is called again when an instance is loaded.
   */
  readonly start: (
    event: Event,
    envelope: Envelope,
    earlier: ReadonlyArray<Event>
  ) => Option.Option<{ readonly id: string; readonly data: Data }>
  /**
   * The types of events that may come before the event that starts their saga; none by default. `correlate` must match them
   * to it. They are kept, at most 100, and used when the saga starts: one that completes or fails a step does so then.
   */
  readonly startOn?: ReadonlyArray<Event["_tag"]> | undefined
  /**
   * The id of the saga that another event is for, or None. For steps that wait for events of other programs. If it is
   * None, the event is for the saga whose command led to it.
   */
  readonly correlate?: ((event: Event, envelope: Envelope) => Option.Option<string>) | undefined
  /**
   * The steps in their order. Instances refer to them by name, so they may change while sagas run. An instance
   * does not begin a step that is added before its current step.
   */
  readonly steps: NonEmptyReadonlyArray<Step<Event, Data>>
  /** The commands to send when all steps are completed. */
  readonly onSuccess?: ((data: Data) => ReadonlyArray<Send>) | undefined
  /** The commands to send when a step failed and the completed steps are compensated; the reason is text for people. */
  readonly onFailure?: ((data: Data, reason: string) => ReadonlyArray<Send>) | undefined
  /** Maximum attempts of a compensation, 5 by default, and the first delay, 1 second by default, doubled each time. */
  readonly compensation?: { readonly attempts?: number; readonly backoff?: Duration.Input } | undefined
}

/**
 * The status of a saga. `Succeeded` and `Compensated` are its ends. After `CompensationFailed`, resume the instance to retry
 * the compensation, or to continue without that of a step that is no longer in the definition.
 */
export type Status = Internal.Status

/** A saga's state: the fold of its stream. */
export type SagaState<Data> = Internal.SagaState<Data>

/** A saga: a process whose `phase` is the status. */
export type Saga<Event extends Tagged, Data> = Process.Process<Event, SagaState<Data>>

/** Makes a saga. Fails with `InvalidInput` for the part of the definition that breaks a rule. */
export const make = <Event extends Tagged, Data>(
  definition: Definition<Event, Data>
): Result.Result<Saga<Event, Data>, InvalidInput> =>
  Result.gen(function*() {
    const { categories, compensation = {}, correlate, events, name, since, start, startOn = [], steps, targets } =
      definition
    yield* SagaChecks.checkSteps(steps)
    yield* SagaChecks.checkStartOn(startOn, events)
    const { attempts, backoff } = yield* SagaChecks.checkCompensation(compensation)
    const plan = { ...definition, startOn, attempts, backoff }
    return yield* Process.make<Event, SagaState<Data>>({
      name,
      events,
      categories,
      since,
      targets,
      correlate: (event, envelope) =>
        Option.map(start(event, envelope, []), ({ id }) => id).pipe(
          Option.orElse(() => correlate === undefined ? Option.none() : correlate(event, envelope)),
          Option.orElse(() => Process.sender({ name }, envelope))
        ),
      initialState: Internal.notStarted,
      evolve: (state, input, context) => transition(plan, state, input, context).state,
      react: (_, input, context, before) => transition(plan, before, input, context).reactions,
      phase: (state) => state.status,
      endPhases: ["Compensated"],
      progress: SagaProgress.make(plan)
    })
  })

/** As `make`, for module constants: throws the `InvalidInput`. */
export const makeUnsafe = <Event extends Tagged, Data>(definition: Definition<Event, Data>): Saga<Event, Data> =>
  Result.getOrThrow(make(definition))
