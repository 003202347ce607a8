/** Examples of a process or saga: given events, when an event, then commands. Time is simulated. */
import type { Tagged } from "@refold/core/event/EventType"
import type { Metadata } from "@refold/core/event/NewEvent"
import type { Send } from "@refold/core/internal/process/Reaction"
import type { Process } from "@refold/core/process/Process"
import type { Decided, Outcome } from "@refold/core/process/ProcessEvent"
import * as DateTime from "effect/DateTime"
import type * as Duration from "effect/Duration"
import * as Equal from "effect/Equal"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { assertionError } from "../../kit/internal/AssertionError.ts"
import * as ProcessRun from "./ProcessRun.ts"

/** The cause of an event. */
export interface Cause {
  /** The metadata of the event; none by default. */
  readonly metadata?: Metadata | undefined
  /** The instance of the process under test whose command led to the event. */
  readonly by?: string | undefined
  /** The label of that command. */
  readonly label?: string | undefined
}

/**
 * A process and its inputs so far, beginning in 1970. Expectations are about the last step. One that does not hold
 * throws an assertion error with both sides; otherwise it returns this spec.
 */
export interface ProcessSpec<Event, State> {
  /** Records events of a stream. Their reactions need no expectation. */
  readonly given: (stream: string, events: ReadonlyArray<Event>, cause?: Cause) => ProcessSpec<Event, State>
  /** Records an event of a stream. */
  readonly when: (stream: string, event: Event, cause?: Cause) => ProcessSpec<Event, State>
  /** Answers the first pending command with this label. Throws if there is none. */
  readonly whenAnswered: (label: string, outcome: Outcome) => ProcessSpec<Event, State>
  /**
   * Advances the time: the timeouts that become due fire, also while commands are pending. A runner would wait for their
   * answers, so answer them first if it matters.
   */
  readonly whenTimePasses: (duration: Duration.Input) => ProcessSpec<Event, State>
  /** Resumes an instance, as an operator does. */
  readonly whenResumed: (instance: string, reason: string) => ProcessSpec<Event, State>
  /** Expects exactly these commands to be sent, in this order. */
  readonly thenSends: (commands: ReadonlyArray<Send>) => ProcessSpec<Event, State>
  /** Expects exactly these timeouts to be scheduled. Due times are given as durations since 1970. */
  readonly thenSchedules: (timeouts: Readonly<Record<string, Duration.Input>>) => ProcessSpec<Event, State>
  /** Expects an instance to be completed. */
  readonly thenCompletes: () => ProcessSpec<Event, State>
  /** Expects nothing to be sent, scheduled, cancelled or completed. */
  readonly thenNothing: () => ProcessSpec<Event, State>
  /** Expects the instance to have this state. */
  readonly thenState: (instance: string, state: State) => ProcessSpec<Event, State>
  /** Expects the instance to be in this phase, as the process's `phase` names it. */
  readonly thenPhase: (instance: string, phase: string) => ProcessSpec<Event, State>
}

/** Examples of a process, before any event. */
export const make = <Event extends Tagged, State>(process: Process<Event, State>): ProcessSpec<Event, State> =>
  from(ProcessRun.start(process))

const from = <Event extends Tagged, State>(run: ProcessRun.ProcessRun<Event, State>): ProcessSpec<Event, State> => {
  const spec: ProcessSpec<Event, State> = { ...stepsFrom(run), ...expectationsOf(run, () => spec) }
  return spec
}

type Steps = "given" | "when" | "whenAnswered" | "whenTimePasses" | "whenResumed"

const stepsFrom = <Event extends Tagged, State>(
  run: ProcessRun.ProcessRun<Event, State>
): Pick<ProcessSpec<Event, State>, Steps> => {
  const record = (before: typeof run, stream: string, event: Event, cause: Cause | undefined) =>
    checked(ProcessRun.recordEvent(before, stream, event, metadataOf(run.process, cause)))
  return {
    given: (stream, events, cause) => from(events.reduce((next, event) => record(next, stream, event, cause), run)),
    when: (stream, event, cause) => from(record(run, stream, event, cause)),
    whenAnswered: (label, outcome) => from(checked(ProcessRun.answer(run, label, outcome))),
    whenTimePasses: (duration) => from(checked(ProcessRun.advanceTime(run, duration))),
    whenResumed: (instance, reason) =>
      from(checked(ProcessRun.deliver({ ...run, last: [] }, instance, { _tag: "Resume", reason, at: run.now })))
  }
}

const expectationsOf = <Event extends Tagged, State>(
  run: ProcessRun.ProcessRun<Event, State>,
  spec: () => ProcessSpec<Event, State>
): Omit<ProcessSpec<Event, State>, Steps> => {
  const expect = (message: string, actual: unknown, expected: unknown) => {
    if (!Equal.equals(actual, expected)) throw assertionError(message, { actual, expected })
    return spec()
  }
  const decided = ProcessRun.decidedBy(run)
  const instanceOf = (instance: string) => ProcessRun.instanceOf(run, instance)
  const stateOf = (instance: string) => Option.getOrUndefined(Result.getSuccess(instanceOf(instance).state))
  return {
    thenSends: (commands) => expect("the commands differ", sentBy(decided), commands.map(encoded)),
    thenSchedules: (timeouts) => expect("the timeouts differ", scheduledBy(decided), dueOf(timeouts)),
    thenCompletes: () => expect("no instance is completed", decided.some(({ _tag }) => _tag === "Complete"), true),
    thenNothing: () => expect("the process reacts", decided, []),
    thenState: (instance, state) => expect(`the state of instance "${instance}" differs`, stateOf(instance), state),
    thenPhase: (instance, phase) =>
      expect(`the phase of instance "${instance}" differs`, instanceOf(instance).pending.phase, phase)
  }
}

const metadataOf = ({ name }: { readonly name: string }, { by, label, metadata = {} }: Cause = {}): Metadata => ({
  ...metadata,
  ...by === undefined ? {} : { process: `${name}-${by}` },
  ...label === undefined ? {} : { processLabel: label }
})

// If a step parks an instance, the error shows the reason.
const checked = <Event extends Tagged, State>(
  run: ProcessRun.ProcessRun<Event, State>
): ProcessRun.ProcessRun<Event, State> => {
  const parked = run.last.find((event) => event._tag === "ProcessParked")
  if (parked === undefined) return run
  const { instance, reason, stage } = parked
  throw assertionError(`instance "${instance}" is parked`, { actual: `${stage}: ${reason}`, expected: "a reaction" })
}

// Without the version of the schema of commands: expected commands are of the latest one.
const sentBy = (decided: ReadonlyArray<Decided>): ReadonlyArray<unknown> =>
  decided.flatMap((one) => {
    if (one._tag !== "Send") return []
    const { schemaVersion: _, ...sent } = one
    return [sent]
  })

const scheduledBy = (decided: ReadonlyArray<Decided>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    decided.flatMap((one) => one._tag === "Schedule" ? [[one.name, DateTime.formatIso(one.due)]] : [])
  )

const dueOf = (timeouts: Readonly<Record<string, Duration.Input>>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(timeouts).map((
      [name, after]
    ) => [name, DateTime.formatIso(DateTime.addDuration(DateTime.makeUnsafe(0), after))])
  )

const encoded = ({ command, id, label, to: { category, commands } }: Send): Decided => ({
  _tag: "Send",
  label,
  category,
  id,
  // `Process.send` has checked that it is a command of this target.
  command: Result.getOrThrow(Option.getOrThrow(commands).encode(command as never))
})
