/** The rules of a saga's definition. */
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type { EventCodec } from "../../event/EventCodec.ts"
import type { Tagged } from "../../event/EventType.ts"
import { invalid, type InvalidInput } from "../../event/InvalidInput.ts"
import * as NewEvent from "../../event/NewEvent.ts"
import { compensationName, namesOf, type Step } from "./SagaPlan.ts"

type AnyStep = Pick<
  Step<never, never>,
  "name" | "formerNames" | "timeout" | "compensate" | "compensateOnTimeout" | "retired"
>

/** Checks the steps: their names are unique, and one of them is begun. */
export const checkSteps = (steps: ReadonlyArray<AnyStep>): Result.Result<void, InvalidInput> =>
  Result.gen(function*() {
    if (steps.length === 0) return yield* invalid("steps", "must not be empty")
    const taken = new Set<string>()
    for (const [index, step] of steps.entries()) {
      const field = `steps[${index}]`
      for (const [place, name] of namesOf(step).entries()) {
        yield* checkName(name, place === 0 ? `${field}.name` : `${field}.formerNames[${place - 1}]`, taken)
        taken.add(name)
      }
      yield* checkTimeout(step, field)
    }
    if (steps.every(({ retired }) => retired === true)) {
      return yield* invalid("steps", "must have a step that is not retired")
    }
  })

const checkName = (name: string, field: string, taken: ReadonlySet<string>): Result.Result<void, InvalidInput> =>
  Result.gen(function*() {
    yield* NewEvent.checkName(name, field)
    // The name of its compensation is longer.
    yield* NewEvent.checkName(compensationName(name), `${field}, with "${compensationName("")}" before it,`)
    if (name.startsWith(compensationName(""))) {
      return yield* invalid(field, `must not begin with "${compensationName("")}"`)
    }
    if (taken.has(name)) return yield* invalid(field, `must not repeat "${name}"`)
  })

const checkTimeout = (
  { compensate, compensateOnTimeout, timeout }: AnyStep,
  field: string
): Result.Result<void, InvalidInput> =>
  Result.gen(function*() {
    if (timeout !== undefined) yield* checkDuration(timeout, `${field}.timeout`)
    if (compensateOnTimeout === true && (compensate === undefined || timeout === undefined)) {
      return yield* invalid(`${field}.compensateOnTimeout`, "needs a timeout and a compensation")
    }
  })

/** Checks the types of the events that may come before the start. */
export const checkStartOn = <Event extends Tagged>(
  startOn: ReadonlyArray<Event["_tag"]>,
  events: EventCodec<Event>
): Result.Result<void, InvalidInput> =>
  Result.gen(function*() {
    const types = events.storedTypes()
    for (const [index, type] of startOn.entries()) {
      if (!types.includes(type)) return yield* invalid(`startOn[${index}]`, "must be a type of the saga's events")
    }
  })

/** Checks the attempts and the backoff of compensations, and gives their defaults. */
export const checkCompensation = (
  { attempts = 5, backoff = "1 second" }: { readonly attempts?: number; readonly backoff?: Duration.Input }
): Result.Result<{ readonly attempts: number; readonly backoff: Duration.Duration }, InvalidInput> =>
  Result.gen(function*() {
    if (!Number.isInteger(attempts) || attempts < 1) {
      return yield* invalid("compensation.attempts", "must be a whole number from 1")
    }
    return { attempts, backoff: yield* checkDuration(backoff, "compensation.backoff") }
  })

const checkDuration = (input: Duration.Input, field: string): Result.Result<Duration.Duration, InvalidInput> => {
  const duration = Option.getOrUndefined(Duration.fromInput(input))
  return duration !== undefined && !Number.isNaN(input) && Duration.isFinite(duration) && !Duration.isNegative(duration)
    ? Result.succeed(duration)
    : invalid(field, "must be a duration that is neither negative nor infinite")
}
