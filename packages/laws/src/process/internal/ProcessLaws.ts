/** What every process promises, whatever its functions are: what it recorded is all that counts. */
import * as View from "@refold/core/decide/View"
import type { Tagged } from "@refold/core/event/EventType"
import * as PendingWork from "@refold/core/internal/process/PendingWork"
import * as Process from "@refold/core/process/Process"
import type { ProcessEvent } from "@refold/core/process/ProcessEvent"
import * as Result from "effect/Result"
import * as Recode from "../../event/internal/Recode.ts"
import * as Law from "../../kit/Law.ts"
import * as Retried from "./Retried.ts"
import * as Schedule from "./Schedule.ts"

/** How a deployment makes a process of its code. */
export type Deploy = <Event extends Tagged, State>(
  definition: Process.Definition<Event, State>
) => Process.Process<Event, State>

type Steps<Event> = ReadonlyArray<Schedule.Step<Event>>

const live = <Event extends Tagged, State>(process: Process.Process<Event, State>, steps: Steps<Event>) =>
  steps.reduce<Schedule.Life<Event, State>>(Schedule.take, Schedule.start(process))

/** After each step, each instance meets the events again that it recorded before. */
export const metTwiceIsMetOnce = <Event extends Tagged, State>(process: Process.Process<Event, State>) =>
  Law.make<Steps<Event>>("an event that an instance has recorded and meets again changes nothing", (steps) => {
    const again = (life: Schedule.Life<Event, State>, step: Schedule.Step<Event>) => {
      const next = Schedule.take(life, step)
      const met = [...next.streams].flatMap(([instance, events]) =>
        Schedule.triggersOf(events).flatMap((trigger) => trigger._tag === "Event" ? [{ instance, trigger }] : [])
      )
      return met.reduce(
        (life, { instance, trigger }) => Schedule.tell(life, instance, { _tag: "Observe", trigger }),
        next
      )
    }
    const repeated = steps.reduce(again, Schedule.start(process))
    return { left: instancesOf(repeated), right: instancesOf(live(process, steps)) }
  })

const instancesOf = <Event extends Tagged, State>({ run, streams }: Schedule.Life<Event, State>) => [
  [...run.instances],
  [...streams]
]

const stored = <State>(
  { instances: { codec } }: { readonly instances: Process.Process<never, State>["instances"] },
  events: ReadonlyArray<ProcessEvent>
): ReadonlyArray<ProcessEvent> => events.map((event) => Result.getOrThrow(Recode.recode(codec, event)))

/** What a runner holds after it has decided is what it will load. */
export const stateIsFoldOfStream = <Event extends Tagged, State>(process: Process.Process<Event, State>) =>
  Law.make<Steps<Event>>("an instance is the fold of its stream, as stored and read back", (steps) => {
    const { run, streams } = live(process, steps)
    return {
      left: [...run.instances],
      right: [...streams].map((
        [instance, events]
      ) => [instance, View.fold(process.instances.decider, stored(process, events))])
    }
  })

/** The other code decides nothing that this code decides: it only cancels and completes. */
export const pendingWorkIsOfTheRecord = <Event extends Tagged, State>(
  process: Process.Process<Event, State>,
  deploy: Deploy = Process.makeUnsafe
) =>
  Law.make<Steps<Event>>("what is still to be done is a fold of the record, whatever the code says today", (steps) => {
    const today = deploy({ ...process, react: () => [Process.cancel("any"), Process.complete] })
    const streams = [...live(process, steps).streams].map(([, events]) => stored(process, events))
    return {
      left: streams.map((events) => View.fold(today.instances.decider, events).pending),
      right: streams.map((events) => View.fold(PendingWork.view, events))
    }
  })

/**
 * The instance that was told the same by sound code is the measure. What it came to is compared without its places in the
 * stream, for a parked instance records more.
 */
export const retriedIsAsIfNothingWas = <Event extends Tagged, State>(
  definition: Process.Process<Event, State>,
  deploy: Deploy = Process.makeUnsafe
) =>
  Law.make<Retried.Broken<Event>>("an instance that is retried after a repair ends as if nothing had been", (input) => {
    const sound = deploy(definition)
    const ends = Retried.ends(sound, deploy({ ...definition, ...Retried.brokenBy(input) }), input)
    return { left: ends.map(({ retried }) => retried), right: ends.map(({ undisturbed }) => undisturbed) }
  })
