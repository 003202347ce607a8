/** Makes empty stores: an export is imported into another store than its own. */
import type { EventReader } from "@refold/store/log/EventReader"
import type { EventStore } from "@refold/store/log/EventStore"
import type { Maintenance } from "@refold/store/maintain/Maintenance"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"

/** The services of a store. */
export type Stores = EventStore | EventReader | Maintenance

/** Makes empty stores. */
export class FreshStore extends Context.Service<FreshStore, {
  /** A store that no other run uses. */
  readonly make: Effect.Effect<Context.Context<Stores>, unknown, Scope.Scope>
}>()("@refold/laws/FreshStore") {}

/** Stores by a layer that gives an empty store each time it is built. */
export const layer = <E, R>(store: Layer.Layer<Stores, E, R>): Layer.Layer<FreshStore, never, R> =>
  Layer.effect(
    FreshStore,
    Effect.map(Effect.context<R>(), (context) =>
      FreshStore.of({ make: Effect.provideContext(Layer.build(Layer.fresh(store)), context) }))
  )
