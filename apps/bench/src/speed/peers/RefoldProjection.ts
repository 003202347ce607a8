/** The projection that Refold is measured with, run by its projector. */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { ManagedRuntime } from "effect/ManagedRuntime"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import type { EventReader } from "refold/EventReader"
import type { EventStore } from "refold/EventStore"
import * as RefoldProjection from "refold/Projection"
import * as Projector from "refold/Projector"
import * as ReadModel from "refold/ReadModel"
import type { ReadModelStore } from "refold/ReadModelStore"
import type { SnapshotStore } from "refold/SnapshotStore"
import { empty, evolve, type Payload, type Projection } from "../Peer.ts"
import { codec, State } from "./RefoldAccount.ts"

/** Runs Refold's effects. */
export type Runtime = ManagedRuntime<
  EventStore | EventReader | ReadModelStore | SnapshotStore,
  unknown
>

/** Rows of a projection for each name. */
export const projection = (runtime: Runtime): Projection => ({
  catchUp: async (name, millis, keyOf) => {
    let events = 0
    const counted = define(name, (payload) => {
      events++
      return keyOf(payload)
    })
    const reached = await runtime.runPromise(Effect.timeoutOption(Projector.catchUp(counted), millis))
    return { events, isDone: Option.isSome(reached) }
  },
  start: async (name) => {
    const scope = Scope.makeUnsafe()
    await runtime.runPromise(Scope.provide(Projector.start(define(name)), scope))
    return () => runtime.runPromise(Scope.close(scope, Exit.void))
  },
  countOf: async (name, key) =>
    Option.match(await runtime.runPromise(ReadModel.get(define(name), key)), {
      onNone: () => 0,
      onSome: ({ state }) => state.events
    })
})

const define = (name: string, keyOf: (payload: Payload) => string = ({ account }) => account) =>
  RefoldProjection.makeUnsafe({
    name,
    version: 1,
    events: codec,
    keys: (event) => [keyOf(event)],
    state: State,
    initialState: empty,
    evolve
  })
