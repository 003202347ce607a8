/** The laws of processes: the state and the pending work of an instance depend on its recorded events only. */
import * as View from "@refold/core/decide/View"
import type { Tagged } from "@refold/core/event/EventType"
import * as PendingWorkFold from "@refold/core/internal/process/PendingWorkFold"
import * as Process from "@refold/core/process/Process"
import type { ProcessEvent } from "@refold/core/process/ProcessEvent"
import * as Result from "effect/Result"
import { nativeOf, type Older } from "../../event/internal/Older.ts"
import * as Recode from "../../event/internal/Recode.ts"
import * as Law from "../../kit/Law.ts"
import { storedLogOf } from "../../project/internal/InMemoryLog.ts"
import * as InstanceScript from "./InstanceScript.ts"
import * as OlderHistory from "./OlderHistory.ts"
import * as RemovedType from "./RemovedType.ts"
import * as RetryAfterRepair from "./RetryAfterRepair.ts"

/** A function like `Process.makeUnsafe`, which makes a process from its definition. */
export type Deploy = <Event extends Tagged, State>(
  definition: Process.Definition<Event, State>
) => Process.Process<Event, State>

type Steps<Event> = ReadonlyArray<InstanceScript.Step<Event>>

const runSteps = <Event extends Tagged, State>(process: Process.Process<Event, State>, steps: Steps<Event>) =>
  steps.reduce<InstanceScript.InstanceRun<Event, State>>(InstanceScript.applyStep, InstanceScript.start(process))

/** After each step, delivers the recorded events to each instance again. */
export const repeatedEventsChangeNothing = <Event extends Tagged, State>(process: Process.Process<Event, State>) =>
  Law.make<Steps<Event>>("an event that an instance has recorded and observes again changes nothing", (steps) => {
    const applyTwice = (before: InstanceScript.InstanceRun<Event, State>, step: InstanceScript.Step<Event>) => {
      const next = InstanceScript.applyStep(before, step)
      const observed = [...next.streams].flatMap(([instance, events]) =>
        InstanceScript.triggersOf(events).flatMap((trigger) => trigger._tag === "Event" ? [{ instance, trigger }] : [])
      )
      return observed.reduce(
        (run, { instance, trigger }) => InstanceScript.deliver(run, instance, { _tag: "Observe", trigger }),
        next
      )
    }
    const repeated = steps.reduce(applyTwice, InstanceScript.start(process))
    return { left: instancesOf(repeated), right: instancesOf(runSteps(process, steps)) }
  })

const instancesOf = <Event extends Tagged, State>({ run, streams }: InstanceScript.InstanceRun<Event, State>) => [
  [...run.instances],
  [...streams]
]

const stored = <State>(
  { instances: { events: codec } }: { readonly instances: Process.Process<never, State>["instances"] },
  events: ReadonlyArray<ProcessEvent>
): ReadonlyArray<ProcessEvent> => events.map((event) => Result.getOrThrow(Recode.recode(codec, event)))

/** The state that a runner holds after deciding is the state that it will load. */
export const stateIsFoldOfStream = <Event extends Tagged, State>(process: Process.Process<Event, State>) =>
  Law.make<Steps<Event>>("an instance is the fold of its stream as stored and read back", (steps) => {
    const { run, streams } = runSteps(process, steps)
    return {
      left: [...run.instances],
      right: [...streams].map((
        [instance, events]
      ) => [instance, View.fold(process.instances.decider, stored(process, events))])
    }
  })

/** The later deployment reacts to every event by a cancellation and a completion. */
export const pendingWorkIsFoldOfStream = <Event extends Tagged, State>(
  process: Process.Process<Event, State>,
  deploy: Deploy = Process.makeUnsafe
) =>
  Law.make<Steps<Event>>(
    "the pending work of an instance is a fold of its stream, also under code that decides otherwise",
    (steps) => {
      const later = deploy({ ...process, react: () => [Process.cancel("any"), Process.complete] })
      const streams = [...runSteps(process, steps).streams].map(([, events]) => stored(process, events))
      return {
        left: streams.map((events) => View.fold(later.instances.decider, events).pending),
        right: streams.map((events) => View.fold(PendingWorkFold.view, events))
      }
    }
  )

/** Compared with code that still has the type, and ignores its events. A saga is folded here without its recorded progress. */
export const removedTypesAreLeftOut = <Event extends Tagged, State>(
  process: Process.Process<Event, State>,
  deploy: Deploy = Process.makeUnsafe
) =>
  Law.make<RemovedType.RemovedType<Event>>(
    "an instance continues without the events of a type that is removed from its process",
    ({ steps, which }) => {
      const { removed, ignoring } = RemovedType.deployments({ ...process, progress: undefined }, which, deploy)
      const streams = [...runSteps(process, steps).streams].map(([, events]) => stored(process, events))
      const instances = (code: Process.Process<Event, State>) =>
        streams.map((events) => {
          const { pending, state } = View.fold(code.instances.decider, events)
          return { pending, state }
        })
      return { left: instances(removed), right: instances(ignoring) }
    }
  )

/** Every event starts a completed instance again. Compared with a new instance that gets the events since then. */
export const restartsLikeNew = <Event extends Tagged, State>(
  definition: Process.Process<Event, State>,
  deploy: Deploy = Process.makeUnsafe
) =>
  Law.make<Steps<Event>>(
    "an instance that starts again has the state of a new one with the events since then",
    (steps) => {
      const process = deploy({ ...definition, restartOn: () => true })
      const streams = [...runSteps(process, steps).streams].map(([, events]) => stored(process, events))
      const stateOf = (events: ReadonlyArray<ProcessEvent>) => View.fold(process.instances.decider, events).state
      return { left: streams.map(stateOf), right: streams.map((events) => stateOf(InstanceScript.lastRunOf(events))) }
    }
  )

/**
 * Compared with a log of events in today's versions, each stored alone, with the times and metadata of the stored ones. Holds
 * for processes that do not keep ids, positions and versions.
 */
export const olderEventsAreObservedAsNative = <Event extends Tagged, State>(process: Process.Process<Event, State>) =>
  Law.make<ReadonlyArray<OlderHistory.Logged<Older<Event>>>>(
    "instances that observe events of older code have the same outcome as with the events that they are read as",
    (history) => {
      const stored = storedLogOf(history.map(({ event: { stored: event }, stream }) => ({ event, stream })))
      const native = storedLogOf(
        history.flatMap(({ event, stream }) =>
          nativeOf(event.native).map((event) => ({ stream, event: Result.getOrThrow(process.events.encode(event)) }))
        )
      )
      const [left, right] = [OlderHistory.outcomes(process, stored), OlderHistory.outcomes(process, native)]
      return left === undefined || right === undefined ? { left: "parked", right: "parked" } : { left, right }
    }
  )

/**
 * Compared with an instance that got the same messages and was never parked. Places in the stream are left out, because a
 * parked instance records more events.
 */
export const retryAfterRepairIsUndisturbed = <Event extends Tagged, State>(
  definition: Process.Process<Event, State>,
  deploy: Deploy = Process.makeUnsafe
) =>
  Law.make<RetryAfterRepair.BrokenRun<Event>>(
    "an instance that is retried after a fix has the same outcome as without the failure",
    (input) => {
      const working = deploy(definition)
      const outcomes = RetryAfterRepair.outcomes(
        working,
        deploy({ ...definition, ...RetryAfterRepair.brokenParts(input) }),
        input
      )
      return { left: outcomes.map(({ retried }) => retried), right: outcomes.map(({ undisturbed }) => undisturbed) }
    }
  )
