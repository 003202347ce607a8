/** A process whose codec does not have one of its event types any more. */
import { UnknownEventType } from "@refold/core/event/DecodeError"
import type { Tagged } from "@refold/core/event/EventType"
import type * as Process from "@refold/core/process/Process"
import * as Result from "effect/Result"
import type * as InstanceScript from "./InstanceScript.ts"

/** A script, and the number of the type that is removed after it, modulo the number of types. */
export interface RemovedType<Event> {
  readonly steps: ReadonlyArray<InstanceScript.Step<Event>>
  readonly which: number
}

/** The process without the type, and the process with the type that ignores its events. */
export const deployments = <Event extends Tagged, State>(
  process: Process.Process<Event, State>,
  which: number,
  deploy: typeof Process.makeUnsafe
) => {
  const removed = process.types[which % process.types.length]
  const events: Process.Process<Event, State>["events"] = {
    ...process.events,
    decode: (one) => one.type === removed ? Result.fail(new UnknownEventType(placeOf(one))) : process.events.decode(one)
  }
  return {
    removed: deploy({ ...process, events }),
    ignoring: deploy({
      ...process,
      evolve: (state, input, context) => input._tag === removed ? state : process.evolve(state, input, context)
    })
  }
}

const placeOf = (
  { schemaVersion, stream, type, version }: Parameters<Process.Process<Tagged, never>["events"]["decode"]>[0]
) => ({ schemaVersion, stream, type, version })
