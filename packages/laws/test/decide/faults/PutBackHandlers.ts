/** Command handlers with one fault each, visible only after the log lost events. */
import * as AsOf from "@refold/core/journal/AsOf"
import * as CommandHandler from "@refold/store/decide/CommandHandler"
import { SnapshotStore } from "@refold/store/decide/SnapshotStore"
import { EventStore } from "@refold/store/log/EventStore"
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type * as EventStoreSuite from "../../../src/EventStoreSuite.ts"
import * as EventStores from "../../log/faults/EventStores.ts"

type Make = NonNullable<Parameters<typeof EventStoreSuite.handlerProperties>[0]>

export const appendsAtTheVersion: Make = (aggregate, options) => {
  const handle = CommandHandler.make(aggregate, options)
  return (...args) =>
    EventStores.withCommit(
      handle(...args),
      ({ commit }) => (all, inline) =>
        commit({ ...all, writes: Arr.map(all.writes, (write) => ({ ...write, lastEventId: undefined })) }, inline)
    )
}

/** Uses a snapshot as that of the event that is now stored at its version. */
export const believesSnapshots: Make = (aggregate) => {
  const handle = CommandHandler.make(aggregate, { cache: 0 })
  return (...args) =>
    Effect.gen(function*() {
      const { readStream } = yield* EventStore
      const snapshots = yield* SnapshotStore
      const believing = SnapshotStore.of({
        ...snapshots,
        find: Effect.fnUntraced(function*(key) {
          const found = yield* snapshots.find(key)
          if (Option.isNone(found)) return found
          const { version } = found.value
          const events = yield* Stream.runCollect(readStream(key.stream, { asOf: AsOf.version(version) }))
          const last = events.find((event) => event.version === version)
          return last === undefined ? found : Option.some({ ...found.value, lastEventId: last.id })
        })
      })
      return yield* Effect.provideService(handle(...args), SnapshotStore, believing)
    })
}
