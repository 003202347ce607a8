/**
 * The in-memory adapter: a `Journal` in a reference, and the rows of projections in another. Use it in tests, and as the
 * example for an adapter of your own.
 */
import type { InvalidInput } from "@refold/core/event/InvalidInput"
import * as Journal from "@refold/core/journal/Journal"
import * as SizeLimits from "@refold/core/journal/SizeLimits"
import { SnapshotStore } from "@refold/store/decide/SnapshotStore"
import { LogCopy } from "@refold/store/internal/log/LogCopy"
import { EventReader } from "@refold/store/log/EventReader"
import { context, type EventStore } from "@refold/store/log/EventStore"
import { LogBrowser } from "@refold/store/log/LogBrowser"
import { Maintenance } from "@refold/store/maintain/Maintenance"
import { ReadModelStore } from "@refold/store/project/ReadModelStore"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as MutableRef from "effect/MutableRef"
import * as Ref from "effect/Ref"
import * as SubscriptionRef from "effect/SubscriptionRef"
import * as MemorySnapshotStore from "./decide/internal/MemorySnapshotStore.ts"
import * as MemoryEventStore from "./log/internal/MemoryEventStore.ts"
import * as MemoryLogBrowser from "./log/internal/MemoryLogBrowser.ts"
import * as MemoryMaintenance from "./maintain/internal/MemoryMaintenance.ts"
import * as Generations from "./project/internal/Generations.ts"
import { withInline } from "./project/internal/InlineRows.ts"
import * as MemoryReadModelStore from "./project/internal/MemoryReadModelStore.ts"

/** The services of the adapter. */
export type Services = EventStore | EventReader | LogBrowser | SnapshotStore | ReadModelStore | Maintenance

/** Options of a store. */
export interface StoreOptions {
  /** Maximum sizes of appended events and commits, in bytes; at most the defaults of `SizeLimits`. */
  readonly limits?: SizeLimits.Options | undefined
}

const make = (limits: SizeLimits.SizeLimits): Effect.Effect<Context.Context<Services | LogCopy>> =>
  Effect.gen(function*() {
    const log = yield* SubscriptionRef.make(MemoryEventStore.instanceOf(Journal.empty))
    const generations = MutableRef.make(Generations.empty)
    const snapshots = yield* Ref.make(MemorySnapshotStore.empty)
    const adapter = MemoryEventStore.make(log, limits, (rows, appended) => {
      generations.current = withInline(generations.current, rows, appended)
    })
    const take = Effect.gen(function*() {
      const { journal } = yield* SubscriptionRef.get(log)
      const rows = generations.current
      const saved = yield* Ref.get(snapshots)
      return Effect.gen(function*() {
        generations.current = rows
        yield* Ref.set(snapshots, saved)
        yield* SubscriptionRef.set(log, MemoryEventStore.instanceOf(journal))
      })
    })
    const readHead = Effect.map(SubscriptionRef.get(log), MemoryEventStore.headOf)
    return context(adapter).pipe(
      Context.add(LogBrowser, MemoryLogBrowser.make(log)),
      Context.add(SnapshotStore, MemorySnapshotStore.make(snapshots)),
      Context.add(ReadModelStore, MemoryReadModelStore.make(generations, readHead)),
      Context.add(Maintenance, MemoryMaintenance.make({ log, generations, snapshots: Ref.get(snapshots), limits })),
      Context.add(LogCopy, LogCopy.of({ take }))
    )
  })

/** An empty store of events, snapshots and rows; its content is lost when its scope closes. Times are from Effect's clock. */
export const layer: Layer.Layer<Services> = Layer.effectContext(make(SizeLimits.defaults))

/** As `layer`, with options. Fails with `InvalidInput` if a limit is not a whole number from 1 to its default. */
export const layerWith = ({ limits }: StoreOptions): Layer.Layer<Services, InvalidInput> =>
  Layer.effectContext(Effect.flatMap(Effect.fromResult(SizeLimits.make(limits)), make))

/** As `layer`, and `LogCopy`, for tests of programs that run while the log goes back. */
export const layerWithCopies: Layer.Layer<Services | LogCopy> = Layer.effectContext(make(SizeLimits.defaults))

/**
 * The rows of projections in memory, of a log in another store: for an adapter that has no tables for them yet. They are
 * folded again after each start, and do not go back with the log.
 */
export const layerReadModels: Layer.Layer<ReadModelStore, never, EventReader> = Layer.effect(
  ReadModelStore,
  Effect.map(EventReader, ({ logHead }) =>
    MemoryReadModelStore.make(
      MutableRef.make(Generations.empty),
      // Reading the head has no input that could be invalid.
      Effect.catchTag(logHead, "InvalidInput", Effect.die)
    ))
)
