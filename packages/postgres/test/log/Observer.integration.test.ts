// Observers receive every event from now on, independently of each other: an observer affects neither writers nor other
// observers.
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import { EventReader } from "@refold/store/log/EventReader"
import * as Observer from "@refold/store/log/Observer"
import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { expect, test } from "vitest"
import * as Following from "../support/Following.ts"
import * as Stores from "../support/Stores.ts"

const run = Stores.runner()

/** An observer that records its events, and then runs an effect. */
const notes = <E = never>(then: (event: RecordedEvent) => Effect.Effect<void, E> = () => Effect.void) => {
  const ids: Array<string> = []
  return {
    ids,
    untilReceived: (id: string) => Following.until(Effect.sync(() => ids.includes(id))),
    handle: (event: RecordedEvent) => Effect.suspend(() => (ids.push(event.id), then(event)))
  }
}

const setUp = Effect.gen(function*() {
  const { reader, store } = yield* Stores.Database
  const append = (type = "Happened", stream = Stores.freshStream()) => {
    const event = Stores.event({ type })
    return Effect.as(store.append(stream, [event]), event.id)
  }
  const observe = <E>(
    observer: (event: RecordedEvent) => Effect.Effect<void, E>,
    options?: Observer.ObserveOptions<E, never>
  ) => Effect.provideService(Observer.observe(observer, options), EventReader, reader)
  return { append, observe }
})

test(
  "an observer that fails or dies still receives the next event, and others are not affected",
  run(Effect.gen(function*() {
    const { append, observe } = yield* setUp
    yield* append()
    const failures: Array<string> = []
    const onFailure = (cause: Cause.Cause<string>) => Effect.sync(() => void failures.push(String(Cause.squash(cause))))
    const failing = notes(() => Effect.fail("failed"))
    const dying = notes<string>(() => Effect.die("died"))
    const throwing = (): Effect.Effect<void, string> => {
      throw new Error("thrown")
    }
    const well = notes()
    yield* observe(failing.handle, { onFailure })
    yield* observe(dying.handle, { onFailure })
    yield* observe(throwing, { onFailure })
    yield* observe(well.handle)
    const ids = [yield* append(), yield* append()]
    for (const { untilReceived } of [failing, dying, well]) yield* untilReceived(ids[1]!)
    yield* Following.until(Effect.sync(() => failures.length === 6))
    for (const received of [failing.ids, dying.ids, well.ids]) expect(received).toEqual(ids)
    expect(failures.toSorted()).toEqual(
      ["died", "died", "failed", "failed", "Error: thrown", "Error: thrown"].toSorted()
    )
  }))
)

test(
  "a slow observer delays neither writers nor others, and receives every event",
  run(Effect.gen(function*() {
    const { append, observe } = yield* setUp
    const resume = yield* Deferred.make<void>()
    const slow = notes(() => Deferred.await(resume))
    const quick = notes()
    yield* observe(slow.handle)
    yield* observe(quick.handle)
    const ids: Array<string> = []
    for (let n = 0; n < 100; n++) ids.push(yield* append())
    yield* quick.untilReceived(ids[99]!)
    expect(slow.ids.length).toBeLessThanOrEqual(1)
    yield* Deferred.succeed(resume, undefined)
    yield* slow.untilReceived(ids[99]!)
    expect([quick.ids, slow.ids]).toEqual([ids, ids])
  }))
)

test(
  "an observer may append, start other observers and end them while it handles an event",
  run(Effect.gen(function*() {
    const { append, observe } = yield* setUp
    const scope = yield* Scope.make()
    const other = notes()
    const steady = notes()
    const own: Array<string> = []
    const began = yield* Deferred.make<void>()
    const busy = notes((event) =>
      Effect.gen(function*() {
        if (event.type === "Begin") {
          yield* Scope.provide(observe(other.handle), scope)
          yield* Deferred.succeed(began, undefined)
        }
        if (event.type === "Append") own.push(yield* append("Appended"))
        if (event.type === "End") yield* Scope.close(scope, Exit.void)
      }).pipe(Effect.orDie)
    )
    yield* observe(busy.handle)
    yield* observe(steady.handle)
    const begin = yield* append("Begin")
    yield* Deferred.await(began)
    const asked = yield* append("Append")
    yield* Following.until(Effect.sync(() => own.length === 1))
    yield* other.untilReceived(own[0]!)
    const end = yield* append("End")
    yield* busy.untilReceived(end)
    yield* Following.until(Effect.sync(() => scope.state._tag === "Closed"))
    const last = yield* append()
    for (const { untilReceived } of [busy, steady]) yield* untilReceived(last)
    const all = [begin, asked, own[0], end, last]
    expect(busy.ids).toEqual(all)
    expect(steady.ids).toEqual(all)
    // It was started during the first event, and ended during `end`, which it may or may not have received.
    expect(other.ids.filter((id) => id !== end)).toEqual([asked, own[0]])
  }))
)

test(
  "an observer that has ended receives no more events, and filters apply",
  run(Effect.gen(function*() {
    const { append, observe } = yield* setUp
    const wanted = notes()
    const gone = notes()
    yield* observe(wanted.handle, { types: ["Wanted"] })
    yield* Effect.scoped(Effect.flatMap(observe(gone.handle), () => Effect.flatMap(append(), gone.untilReceived)))
    const received = [...gone.ids]
    const id = yield* append("Wanted")
    yield* wanted.untilReceived(id)
    expect(wanted.ids).toEqual([id])
    expect(gone.ids).toEqual(received)
  }))
)
