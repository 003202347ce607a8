// Notifications to other processes: after the commit, one for many appends, and without delaying an append.
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import { expect, test } from "vitest"
import * as Following from "../support/Following.ts"
import * as Proxy from "../support/Proxy.ts"
import * as Stores from "../support/Stores.ts"

const run = Stores.runner()

const append = ({ store }: Stores.Opened) => store.append(Stores.freshStream(), [Stores.event()])

const listen = (url: string, channel = "refold_refold") =>
  Effect.flatMap(Stores.connect(url), (connection) => connection.listen(channel))

test(
  "appends do not wait for a notification, and one more notification announces the appends made during it",
  run(Effect.gen(function*() {
    const { url } = yield* Stores.Database
    const proxy = yield* Proxy.start(url)
    const here = yield* Stores.open(proxy.url, { migrate: false })
    const queue = yield* listen(url)
    const held = proxy.holdRequest("pg_notify")
    yield* append(here)
    const resume = yield* Effect.promise(() => held)
    for (let n = 0; n < 50; n++) yield* append(here)
    resume()
    yield* Following.until(Effect.map(Queue.size(queue), (size) => size >= 2))
    yield* Effect.sleep("100 millis")
    expect(yield* Queue.takeAll(queue)).toHaveLength(2)
  }))
)

test(
  "a lost notification does not affect appends, and the next append is announced",
  run(Effect.gen(function*() {
    const { url } = yield* Stores.Database
    const proxy = yield* Proxy.start(url)
    const here = yield* Stores.open(proxy.url, { migrate: false })
    const queue = yield* listen(url)
    const lost = proxy.loseRequest("pg_notify")
    yield* append(here)
    yield* Effect.promise(() => lost)
    yield* append(here)
    expect(yield* Queue.take(queue)).toMatchObject({ channel: "refold_refold" })
  }))
)

test(
  "appends of a transaction are announced after its commit, and never after a rollback",
  run(Effect.gen(function*() {
    const { url } = yield* Stores.Database
    const here = yield* Stores.open(url, { migrate: false })
    const queue = yield* listen(url)
    yield* here.sql.withTransaction(Effect.gen(function*() {
      yield* append(here)
      yield* Effect.sleep("100 millis")
      expect(yield* Queue.size(queue)).toBe(0)
    }))
    yield* Queue.take(queue)
    yield* Effect.flip(here.sql.withTransaction(Effect.andThen(append(here), Effect.fail("taken back"))))
    yield* Effect.sleep("100 millis")
    expect(yield* Queue.size(queue)).toBe(0)
  }))
)

test(
  "subscribers of another schema are not notified",
  run(Effect.gen(function*() {
    const { sql, url } = yield* Stores.Database
    const queue = yield* listen(url, "refold_neighbour")
    yield* append(yield* Stores.open(url, { migrate: false }))
    yield* Effect.sleep("100 millis")
    yield* sql.notify("refold_neighbour", "end")
    expect((yield* Queue.take(queue)).payload).toBe("end")
  }))
)
