/**
 * A sequence of steps across aggregates without a common transaction: if a step fails, the completed steps are
 * compensated in reverse order. A saga is compiled to a Process. After Hector Garcia-Molina and Kenneth Salem, "Sagas"
 * (1987).
 */
import type { NonEmptyReadonlyArray } from "effect/Array"
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type { Tagged } from "../event/EventType.ts"
import { invalid, type InvalidInput } from "../event/InvalidInput.ts"
import * as NewEvent from "../event/NewEvent.ts"
import type { Envelope } from "../project/Projection.ts"
import type { Send } from "./internal/Reaction.ts"
import * as Internal from "./internal/SagaState.ts"
import { transition } from "./internal/SagaSteps.ts"
import * as Process from "./Process.ts"

/** A step: a command, and the command that compensates it. */
export type Step<Event extends Tagged, Data> = Internal.Step<Event, Data>

/** The definition of a saga; see `Process.Definition` for the other fields. */
export interface Definition<Event extends Tagged, Data>
  extends Pick<Process.Definition<Event, never>, "name" | "events" | "categories" | "since" | "targets">
{
  /** For an event that starts a saga, the id and the data of the saga; None for all other events. */
  readonly start: (event: Event, envelope: Envelope) => Option.Option<{ readonly id: string; readonly data: Data }>
  /**
   * The id of the saga that another event is for, or None. For steps that wait for events of other programs. If it is
   * None, the event is for the saga whose command led to it.
   */
  readonly correlate?: ((event: Event, envelope: Envelope) => Option.Option<string>) | undefined
  /** The steps in their order. It must not change while sagas are running: states refer to steps by number. */
  readonly steps: NonEmptyReadonlyArray<Step<Event, Data>>
  /** The commands to send when all steps are completed. */
  readonly onSuccess?: ((data: Data) => ReadonlyArray<Send>) | undefined
  /** The commands to send when a step failed and the completed steps are compensated; the reason is text for people. */
  readonly onFailure?: ((data: Data, reason: string) => ReadonlyArray<Send>) | undefined
  /** Maximum attempts of a compensation, 5 by default, and the first delay, 1 second by default, doubled each time. */
  readonly compensation?: { readonly attempts?: number; readonly backoff?: Duration.Input } | undefined
}

/** The status of a saga. After `CompensationFailed`, resume the instance to retry the compensation. */
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
    const { categories, compensation = {}, correlate, events, name, since, start, steps, targets } = definition
    yield* checkSteps(steps)
    const { attempts = 5, backoff = "1 second" } = compensation
    if (!Number.isInteger(attempts) || attempts < 1) {
      return yield* invalid("compensation.attempts", "must be a whole number from 1")
    }
    const delay = yield* checkDuration(backoff, "compensation.backoff")
    const plan = { ...definition, attempts, backoff: delay }
    return yield* Process.make<Event, SagaState<Data>>({
      name,
      events,
      categories,
      since,
      targets,
      correlate: (event, envelope) =>
        Option.map(start(event, envelope), ({ id }) => id).pipe(
          Option.orElse(() => correlate === undefined ? Option.none() : correlate(event, envelope)),
          Option.orElse(() => Process.sender({ name }, envelope))
        ),
      initialState: Internal.notStarted,
      evolve: (state, input, context) => transition(plan, state, input, context).state,
      react: (_, input, context, before) => transition(plan, before, input, context).reactions,
      phase: (state) => state.status
    })
  })

/** As `make`, for module constants: throws the `InvalidInput`. */
export const makeUnsafe = <Event extends Tagged, Data>(definition: Definition<Event, Data>): Saga<Event, Data> =>
  Result.getOrThrow(make(definition))

const checkSteps = (
  steps: ReadonlyArray<Pick<Step<never, never>, "name" | "timeout">>
): Result.Result<void, InvalidInput> =>
  Result.gen(function*() {
    if (steps.length === 0) return yield* invalid("steps", "must not be empty")
    for (const [index, { name, timeout }] of steps.entries()) {
      yield* NewEvent.checkName(name, `steps[${index}].name`)
      // The name of its compensation is longer.
      yield* NewEvent.checkName(
        Internal.compensationName(name),
        `steps[${index}].name, with "${Internal.compensationName("")}" before it,`
      )
      if (timeout !== undefined) yield* checkDuration(timeout, `steps[${index}].timeout`)
      if (name.startsWith(Internal.compensationName(""))) {
        return yield* invalid(`steps[${index}].name`, `must not begin with "${Internal.compensationName("")}"`)
      }
      if (steps.findIndex((step) => step.name === name) !== index) {
        return yield* invalid(`steps[${index}].name`, `must not repeat "${name}"`)
      }
    }
  })

const checkDuration = (input: Duration.Input, field: string): Result.Result<Duration.Duration, InvalidInput> => {
  const duration = Option.getOrUndefined(Duration.fromInput(input))
  return duration !== undefined && !Number.isNaN(input) && Duration.isFinite(duration) && !Duration.isNegative(duration)
    ? Result.succeed(duration)
    : invalid(field, "must be a duration that is neither negative nor infinite")
}
