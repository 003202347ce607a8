/**
 * The steps of a saga, found by name. The definition may have changed since an instance started: it may have more steps,
 * fewer steps, or steps with other names.
 */
import type * as Duration from "effect/Duration"
import type * as Option from "effect/Option"
import type { Tagged } from "../../event/EventType.ts"
import type { Envelope } from "../../project/Projection.ts"
import type { Send } from "./Reaction.ts"
import type { Started } from "./SagaState.ts"

/** A step: a command, and the command that compensates it. */
export interface Step<Event, Data> {
  /** Unique in its saga. It is part of the storage format: instances refer to steps by name. */
  readonly name: string
  /** Names that the step had before, none by default. Without them, a renamed step is another step. */
  readonly formerNames?: ReadonlyArray<string> | undefined
  /** It is sent when the step begins, also if an event has completed the step before. */
  readonly command: (data: Data) => Send
  /**
   * Whether an event completes the step; by default the step is completed when its command succeeds. Events of the
   * instance's other commands are not tested. An event that comes before the step begins is used when it begins.
   */
  readonly succeededOn?: ((event: Event, data: Data, envelope: Envelope) => boolean) | undefined
  /**
   * Whether an event fails the step; such an event before the step begins fails it when it begins, and its command is not
   * sent. The step also fails if its command is refused or fails permanently.
   */
  readonly failedOn?: ((event: Event, data: Data, envelope: Envelope) => boolean) | undefined
  /**
   * The step fails if it is not completed this long after it started; for steps that are completed by an event. A step
   * that is completed later is compensated then.
   */
  readonly timeout?: Duration.Input | undefined
  /** The command that compensates the step; by default the step needs no compensation. */
  readonly compensate?: ((data: Data) => Send) | undefined
  /**
   * Whether the step is also compensated when it times out, and not only once it is known to be done; false by default. Its
   * compensation must then also be right for a step that was not done, and prevent that it is done later: it is not
   * compensated a second time.
   */
  readonly compensateOnTimeout?: boolean | undefined
  /**
   * Whether the step is no longer begun; false by default. Use it to remove a step while sagas run: a saga that is at
   * the step or has completed it still needs its definition.
   */
  readonly retired?: boolean | undefined
}

/** A saga definition with its defaults resolved. */
export interface SagaPlan<Event extends Tagged, Data> {
  readonly name: string
  readonly start: (
    event: Event,
    envelope: Envelope,
    earlier: ReadonlyArray<Event>
  ) => Option.Option<{ readonly data: Data }>
  readonly startOn: ReadonlyArray<string>
  readonly steps: ReadonlyArray<Step<Event, Data>>
  readonly onSuccess?: ((data: Data) => ReadonlyArray<Send>) | undefined
  readonly onFailure?: ((data: Data, reason: string) => ReadonlyArray<Send>) | undefined
  readonly attempts: number
  readonly backoff: Duration.Duration
}

/** The definition, for one instance. */
export interface InstancePlan<Event extends Tagged, Data> extends SagaPlan<Event, Data> {
  /** The stream of the instance. */
  readonly stream: string
}

type Steps<Event, Data> = ReadonlyArray<Step<Event, Data>>
type Named = Pick<Step<never, never>, "name" | "formerNames">

/** The present and former names of a step. */
export const namesOf = ({ formerNames = [], name }: Named): ReadonlyArray<string> => [name, ...formerNames]

/** The step with this present or former name; undefined if the definition has none. */
export const stepOf = <Event, Data>(
  { steps }: { readonly steps: Steps<Event, Data> },
  name: string
): Step<Event, Data> | undefined => steps.find((step) => namesOf(step).includes(name))

/** Whether a list of recorded names has this step. */
export const includes = (recorded: ReadonlyArray<string>, step: Named): boolean =>
  namesOf(step).some((name) => recorded.includes(name))

/**
 * The steps that have not begun, in the order of the definition: those after the current one, and those that were after
 * it when it began. A step that was added before the current one is not included. A retired step is: an event may complete it.
 */
export const upcoming = <Event, Data>(
  { steps }: { readonly steps: Steps<Event, Data> },
  { ahead, completed, step: current }: Started<Data>
): Steps<Event, Data> => {
  const place = placeOf(steps, current, ahead)
  return steps.filter((step, index) =>
    (index > place || includes(ahead, step)) && !includes([...completed, current], step)
  )
}

// A step that takes the place of a removed one is not begun: it may be the same step under another name.
const placeOf = <Event, Data>(steps: Steps<Event, Data>, current: string, ahead: ReadonlyArray<string>): number => {
  const known = steps.findIndex((step) => namesOf(step).includes(current))
  if (known >= 0) return known
  const next = steps.findIndex((step) => includes(ahead, step))
  return next >= 0 ? next - 1 : steps.length
}

/** Whether a step that is done has to be compensated: by the definition, or by the one when the step began. */
export const isCompensable = <Event, Data>(
  plan: { readonly steps: Steps<Event, Data> },
  { compensable }: Started<Data>,
  name: string
): boolean => {
  const step = stepOf(plan, name)
  return step === undefined ? compensable.includes(name) : step.compensate !== undefined
}

/** The label of a step's compensation, and the name of the timeout before its retry. */
export const compensationName = (step: string): string => `undo ${step}`
