/**
 * Steps that belong together across aggregates, without a transaction around them: when one fails, those that are done
 * are compensated in reverse order. After Hector Garcia-Molina and Kenneth Salem, "Sagas" (1987). A saga is compiled to a
 * Process.
 */
import type { NonEmptyReadonlyArray } from "effect/Array"
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { InvalidInput } from "../event/InvalidInput.ts"
import * as NewEvent from "../event/NewEvent.ts"
import type { Envelope } from "../project/Projection.ts"
import type { Send } from "./internal/Reaction.ts"
import { play } from "./internal/SagaPlaying.ts"
import * as Internal from "./internal/SagaState.ts"
import * as Process from "./Process.ts"

type Tagged = { readonly _tag: string }

/** One step: a command, and how to take back what it did. */
export type Step<Event extends Tagged, Data> = Internal.Step<Event, Data>

/** What a saga is made of; see `Process.Definition` for the fields that are not explained here. */
export interface Definition<Event extends Tagged, Data>
  extends Pick<Process.Definition<Event, never>, "name" | "events" | "categories" | "since" | "targets">
{
  /** Which event begins a saga, under which id, and what it is about; None for all others. */
  readonly start: (event: Event, envelope: Envelope) => Option.Option<{ readonly id: string; readonly data: Data }>
  /**
   * The saga that any other event is for; by default the one whose command led to it. For steps that wait for what others
   * do; it takes the place of the default only where it gives an id.
   */
  readonly correlate?: ((event: Event, envelope: Envelope) => Option.Option<string>) | undefined
  /** In their order, which must stay as it is while sagas are under way: states are folded by it. */
  readonly steps: NonEmptyReadonlyArray<Step<Event, Data>>
  /** What to send when all steps are done. */
  readonly onSuccess?: ((data: Data) => ReadonlyArray<Send>) | undefined
  /** What to send when one has failed, and those before it are compensated; the reason is for people to read. */
  readonly onFailure?: ((data: Data, reason: string) => ReadonlyArray<Send>) | undefined
  /** How often a compensation is tried, 5 times by default, and the first pause, 1 second; each is twice the one before. */
  readonly compensation?: { readonly attempts?: number; readonly backoff?: Duration.Input } | undefined
}

/**
 * Where a saga stands. `CompensationFailed` waits for somebody to see to it and resume it: then its compensation is tried
 * again.
 */
export type Status = Internal.Status

/** A saga's state: the fold of its stream. */
export type SagaState<Data> = Internal.SagaState<Data>

/** A saga, as the process that it is; `phase` of an instance is its status. */
export type Saga<Event extends Tagged, Data> = Process.Process<Event, SagaState<Data>>

/** A saga, or `InvalidInput` naming the part of the definition that breaks a rule. */
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
    const pause = yield* checkDuration(backoff, "compensation.backoff")
    const script = { ...definition, attempts, backoff: pause }
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
      evolve: (state, input, occasion) => play(script, state, input, occasion).state,
      react: (_, input, occasion, before) => play(script, before, input, occasion).reactions,
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
      // Its compensation has a longer one.
      yield* NewEvent.checkName(
        Internal.undoing(name),
        `steps[${index}].name, with "${Internal.undoing("")}" before it,`
      )
      if (timeout !== undefined) yield* checkDuration(timeout, `steps[${index}].timeout`)
      if (name.startsWith(Internal.undoing(""))) {
        return yield* invalid(`steps[${index}].name`, `must not begin with "${Internal.undoing("")}"`)
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

const invalid = (field: string, rule: string): Result.Result<never, InvalidInput> =>
  Result.fail(new InvalidInput({ field, rule }))
