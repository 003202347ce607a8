// Subscribers outside of the database after a fail-over to a server with a shorter log: a promoted standby that lagged
// behind, and a copy that was restored on another server.
import type { Cursor } from "@refold/store/log/Cursor"
import type { Delivered } from "@refold/store/log/EventReader"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { describe, expect, test } from "vitest"
import * as ColdCopies from "../support/ColdCopies.ts"
import * as Following from "../support/Following.ts"
import * as LocalPostgres from "../support/LocalPostgres.ts"
import * as Proxy from "../support/Proxy.ts"
import * as RestartableServer from "../support/RestartableServer.ts"
import * as Stores from "../support/Stores.ts"

const append = ({ store }: Pick<Stores.Opened, "store">, count: number) =>
  Effect.forEach(
    Array.from({ length: count }),
    () => Effect.map(store.append(Stores.freshStream(), [Stores.event()]), ({ position }) => position)
  )

/** A primary, and its standby, which replicates through a proxy that can be closed. */
const replicated = Effect.gen(function*() {
  const primary = yield* ColdCopies.server()
  yield* Stores.open(primary.url)
  const replication = yield* Proxy.start(primary.url)
  const copies = yield* ColdCopies.folder
  const copy = Path.join(copies, "copy")
  yield* Effect.promise(() => primary.whileStopped((data) => LocalPostgres.copyData(data, copy)))
  const { port } = new URL(replication.url)
  const standby = yield* ColdCopies.server({
    fill: (data) => {
      Fs.appendFileSync(
        Path.join(copy, "postgresql.conf"),
        `\nhot_standby = on\nprimary_conninfo = 'host=127.0.0.1 port=${port} user=postgres'\n`
      )
      Fs.writeFileSync(Path.join(copy, "standby.signal"), "")
      LocalPostgres.copyData(copy, data)
    }
  })
  return { primary, standby, replication }
})

const promote = (url: string) =>
  Effect.gen(function*() {
    const sql = yield* Stores.connect(url)
    yield* sql`select pg_promote(true, 60)`
    yield* Following.until(
      Effect.map(sql<{ standby: boolean }>`select pg_is_in_recovery() as standby`, ([row]) => !row!.standby)
    )
  })

const untilReplayed = (url: string, count: number) =>
  Effect.gen(function*() {
    const sql = yield* Stores.connect(url)
    yield* Following.until(
      Effect.map(
        sql<{ n: number }>`select count(*)::int as n from refold.event_store`,
        ([row]) => row!.n === count
      )
    )
  })

const deliveredEvents = <E>(delivered: Stream.Stream<Delivered, E>) =>
  Stream.filter(delivered, (one) => one._tag === "Event")

const cursors = ({ reader }: Stores.Opened, count: number) =>
  Effect.map(
    Stream.runCollect(Stream.take(deliveredEvents(reader.subscribeWithCursors()), count)),
    (delivered) => delivered.map(({ cursor }) => cursor)
  )

const resumed = ({ reader }: Stores.Opened, cursor: Cursor, count: number, onLogChange?: "fail") =>
  Effect.map(
    Stream.runCollect(Stream.take(deliveredEvents(reader.subscribeWithCursors({ cursor, onLogChange })), count)),
    (delivered) => delivered.map(({ event }) => event.id)
  )

describe.skipIf(RestartableServer.isMissing)(`another server${RestartableServer.ifSkipped}`, () => {
  test("that is a standby cannot be migrated, and the error has the reason", () =>
    Effect.runPromise(Effect.scoped(Effect.gen(function*() {
      const { standby } = yield* replicated
      const { _tag, message } = yield* Effect.flip(Stores.open(standby.url, { schema: "other" }))
      expect([_tag, message]).toEqual([
        "EventStoreError",
        `migrate failed: the schema "other" cannot be migrated on a standby, which is read-only: connect to the primary`
      ])
    }))))

  test("that was a lagging standby is detected by programs that keep running", () =>
    Effect.runPromise(Effect.scoped(Effect.gen(function*() {
      const { primary, replication, standby } = yield* replicated
      const proxy = yield* Proxy.start(primary.url)
      const living = yield* Stores.open(proxy.url, { migrate: false })
      yield* append(living, 20)
      yield* untilReplayed(standby.url, 20)
      yield* Effect.promise(replication.shut)
      const subscriber = yield* Following.follow(living.reader.subscribe({ after: yield* living.store.head }))
      const kept = yield* cursors(living, 20)
      yield* append(living, 10)
      yield* subscriber.untilCount(10)
      const lost = yield* cursors(living, 30)
      expect(yield* living.store.head).toBe(30)
      yield* promote(standby.url)
      proxy.switchTo(standby.url)
      expect(yield* living.store.head).toBe(20)
      expect(yield* Effect.flip(subscriber.untilCount(11))).toMatchObject({ _tag: "LogWentBack", last: 20 })
      // Also after the new log has grown longer than the old one.
      yield* append(living, 45)
      expect(yield* Effect.flip(resumed(living, lost[29]!, 1))).toMatchObject({ _tag: "LogWentBack", reason: "Gone" })
      const ids = yield* Stores.readIds(living.store)
      expect(ids).toHaveLength(65)
      expect(yield* resumed(living, kept[19]!, 45)).toEqual(ids.slice(20))
      expect(yield* Effect.flip(resumed(living, kept[19]!, 1, "fail"))).toMatchObject({ reason: "Unknown" })
    }))))

  test("with a restored copy makes subscribers that are ahead of it fail", () =>
    Effect.runPromise(Effect.scoped(Effect.gen(function*() {
      const first = yield* ColdCopies.server()
      const before = yield* Stores.open(first.url)
      yield* append(before, 5)
      const copies = yield* ColdCopies.folder
      const copy = Path.join(copies, "copy")
      yield* Effect.promise(() => first.whileStopped((data) => LocalPostgres.copyData(data, copy)))
      yield* append(before, 5)
      const [, , , , fifth, sixth] = yield* cursors(before, 10)
      const second = yield* ColdCopies.server({ fill: (data) => LocalPostgres.copyData(copy, data) })
      const restored = yield* Stores.open(second.url)
      expect(yield* Effect.flip(resumed(restored, sixth!, 1))).toMatchObject({ _tag: "LogWentBack", last: 5 })
      const [position] = yield* append(restored, 1)
      expect(yield* resumed(restored, fifth!, 1)).toEqual((yield* Stores.readIds(restored.store)).slice(5))
      expect(position).toBeGreaterThan(5)
    }))))
})
