/** Opens the store, or only its database, for the time of one command. Its modules are loaded only by commands that need them. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as SqlClient from "effect/sql/SqlClient"
import * as LoadConfig from "../config/LoadConfig.ts"
import * as Settings from "../frame/Settings.ts"
import * as Target from "./Target.ts"

/** The schema of the store: that of `--schema`, of the config file, or `refold`. */
export const schema = Effect.gen(function*() {
  const flag = yield* Settings.schema
  return Option.isSome(flag) ? flag.value : (yield* LoadConfig.config).schema ?? "refold"
})

// One connection for the log and one to listen are used at the same time.
const maxConnections = 4

/** Runs an effect on the store, which must be there: only `migrate` creates one. */
export const withStore = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function*() {
    const target = yield* Target.find
    const options = { schema: yield* schema, migrate: false }
    yield* Target.requireFolder(target)
    const { layer, layerEmbedded } = yield* Effect.promise(() => import("@refold/postgres/PostgresStore"))
    const store = target._tag === "Server"
      ? layer({ ...options, url: target.url, maxConnections })
      : layerEmbedded({ ...options, dataDir: target.dataDir })
    return yield* Effect.provide(effect, store)
  })

/** Runs an effect that calls code of the config on the store, with the services of the config. */
export const withCode = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.flatMap(
    LoadConfig.config,
    ({ services = Layer.empty }) => withStore(Effect.provide(effect, services))
  )

/** Runs an effect on the database, whether it has a store or not. */
export const withClient = <A, E, R>(effect: Effect.Effect<A, E, R | SqlClient.SqlClient>) =>
  Effect.gen(function*() {
    const target = yield* Target.find
    if (target._tag === "Server") {
      const { layer } = yield* Effect.promise(() => import("@refold/postgres/internal/schema/ServerClient"))
      return yield* Effect.provide(
        effect,
        layer({ url: target.url, ssl: undefined, maxConnections, pooler: false })
      )
    }
    const { layer } = yield* Effect.promise(() => import("@refold/postgres/embedded/Embedded"))
    return yield* Effect.provide(effect, layer({ dataDir: target.dataDir }))
  })
