/** The stores that the story can run on. */
import { DateTime, Effect, Layer } from "effect"
import { MemoryStore } from "refold"

/** The names of the stores, as `--store` takes them. */
export const names = ["memory", "embedded"] as const
/** The name of a store. */
export type Name = (typeof names)[number]

/**
 * The services of a store. The embedded database is loaded only if it is used.
 */
export const layerOf = (name: Name) =>
  name === "memory"
    ? MemoryStore.layer
    : Layer.unwrap(
      Effect.map(Effect.promise(() => import("@refold/postgres")), ({ PostgresStore }) => PostgresStore.layerEmbedded())
    )

/**
 * The instant by the store's own clock, which stamps `recordedAt`. The store in memory takes the time of the story; the
 * database has a clock of its own, so a moment passes before and after, for no event to be recorded at that instant.
 */
export const now = (name: Name): Effect.Effect<DateTime.Utc> =>
  name === "memory"
    ? DateTime.now
    : Effect.sleep("5 millis").pipe(
      Effect.andThen(Effect.sync(() => DateTime.makeUnsafe(Date.now()))),
      Effect.tap(Effect.sleep("5 millis"))
    )
