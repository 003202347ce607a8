/** Given what has happened, when this happens, then those commands: examples of processes and sagas, in a time of their own. */
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
import { mismatch } from "../../kit/internal/Mismatch.ts"
import * as ProcessRun from "./ProcessRun.ts"

/** Who caused an event. */
export interface Cause {
  readonly metadata?: Metadata | undefined
  /** The instance of this very process whose command led to it. */
  readonly by?: string | undefined
  /** The label of that command. */
  readonly label?: string | undefined
}

/**
 * A process, and what has happened so far, from 1970 on. Expectations are about the last step; each throws an assertion
 * error that shows both sides where they differ.
 */
export interface ProcessSpec<Event, State> {
  /** These events of a stream have happened; nothing is expected of what they led to. */
  readonly given: (stream: string, events: ReadonlyArray<Event>, cause?: Cause) => ProcessSpec<Event, State>
  /** This event of a stream happens. */
  readonly when: (stream: string, event: Event, cause?: Cause) => ProcessSpec<Event, State>
  /** The first command that is pending under this label ends so. */
  readonly whenAnswered: (label: string, outcome: Outcome) => ProcessSpec<Event, State>
  /**
   * So much time passes, and what falls due in it fires, whether commands are answered or not: say what became of them
   * where it matters. A runner waits for the answers.
   */
  readonly whenTimePasses: (duration: Duration.Input) => ProcessSpec<Event, State>
  /** Somebody tells an instance to go on. */
  readonly whenResumed: (instance: string, reason: string) => ProcessSpec<Event, State>
  /** Exactly these commands are sent, in this order. */
  readonly thenSends: (commands: ReadonlyArray<Send>) => ProcessSpec<Event, State>
  /** Exactly these timeouts are scheduled; each falls due so long after 1970. */
  readonly thenSchedules: (timeouts: Readonly<Record<string, Duration.Input>>) => ProcessSpec<Event, State>
  /** An instance is completed. */
  readonly thenCompletes: () => ProcessSpec<Event, State>
  /** Nothing is sent, scheduled, cancelled or completed. */
  readonly thenNothing: () => ProcessSpec<Event, State>
  /** The instance is in this state. */
  readonly thenState: (instance: string, state: State) => ProcessSpec<Event, State>
  /** The instance stands there, in the process's own words. */
  readonly thenPhase: (instance: string, phase: string) => ProcessSpec<Event, State>
}

/** Examples of a process. */
export const make = <Event extends Tagged, State>(process: Process<Event, State>): ProcessSpec<Event, State> =>
  from(ProcessRun.start(process))

const from = <Event extends Tagged, State>(run: ProcessRun.ProcessRun<Event, State>): ProcessSpec<Event, State> => {
  const happen = (stream: string, event: Event, cause?: Cause) =>
    checked(ProcessRun.happen(run, stream, event, metadataOf(run.process, cause)))
  const expect = (message: string, actual: unknown, expected: unknown) => {
    if (!Equal.equals(actual, expected)) throw mismatch(message, { actual, expected })
    return spec
  }
  const decided = ProcessRun.decidedBy(run)
  const spec: ProcessSpec<Event, State> = {
    given: (stream, events, cause) =>
      from(events.reduce(
        (next, event) => checked(ProcessRun.happen(next, stream, event, metadataOf(run.process, cause))),
        run
      )),
    when: (stream, event, cause) => from(happen(stream, event, cause)),
    whenAnswered: (label, outcome) => from(checked(ProcessRun.answer(run, label, outcome))),
    whenTimePasses: (duration) => from(checked(ProcessRun.pass(run, duration))),
    whenResumed: (instance, reason) =>
      from(checked(ProcessRun.tell({ ...run, last: [] }, instance, { _tag: "Resume", reason, at: run.now }))),
    thenSends: (commands) => expect("other commands are sent", sentBy(decided), commands.map(encoded)),
    thenSchedules: (timeouts) => expect("other timeouts are scheduled", scheduledBy(decided), dueOf(timeouts)),
    thenCompletes: () => expect("no instance is completed", decided.some(({ _tag }) => _tag === "Complete"), true),
    thenNothing: () => expect("something is done", decided, []),
    thenState: (instance, state) =>
      expect(
        `instance "${instance}" is in another state`,
        Option.getOrUndefined(Result.getSuccess(ProcessRun.instanceOf(run, instance).state)),
        state
      ),
    thenPhase: (instance, phase) =>
      expect(`instance "${instance}" stands elsewhere`, ProcessRun.instanceOf(run, instance).pending.phase, phase)
  }
  return spec
}

const metadataOf = ({ name }: { readonly name: string }, { by, label, metadata = {} }: Cause = {}): Metadata => ({
  ...metadata,
  ...by === undefined ? {} : { process: `${name}-${by}` },
  ...label === undefined ? {} : { processLabel: label }
})

// A step that parks an instance shows why, rather than that nothing was sent.
const checked = <Event extends Tagged, State>(
  run: ProcessRun.ProcessRun<Event, State>
): ProcessRun.ProcessRun<Event, State> => {
  const parked = run.last.find((event) => event._tag === "ProcessParked")
  if (parked === undefined) return run
  const { instance, reason, stage } = parked
  throw mismatch(`instance "${instance}" is parked`, { actual: `${stage}: ${reason}`, expected: "a reaction" })
}

const sentBy = (decided: ReadonlyArray<Decided>): ReadonlyArray<unknown> =>
  decided.filter(({ _tag }) => _tag === "Send")

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
  // `send` saw to it that it is a command of this target.
  command: Result.getOrThrow(Option.getOrThrow(commands).encode(command as never))
})
