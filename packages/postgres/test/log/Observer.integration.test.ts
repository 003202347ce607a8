// Observers are told of every event from now on, each by itself: what one of them does reaches neither writers nor the
// others.
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

/** An observer that notes what it is told of, and then does something. */
const notes = <E = never>(then: (event: RecordedEvent) => Effect.Effect<void, E> = () => Effect.void) => {
  const ids: Array<string> = []
  return {
    ids,
    untilTold: (id: string) => Following.until(Effect.sync(() => ids.includes(id))),
    tell: (event: RecordedEvent) => Effect.suspend(() => (ids.push(event.id), then(event)))
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
  "one that fails or dies still gets the next event, and others are not affected",
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
    yield* observe(failing.tell, { onFailure })
    yield* observe(dying.tell, { onFailure })
    yield* observe(throwing, { onFailure })
    yield* observe(well.tell)
    const ids = [yield* append(), yield* append()]
    for (const { untilTold } of [failing, dying, well]) yield* untilTold(ids[1]!)
    yield* Following.until(Effect.sync(() => failures.length === 6))
    for (const told of [failing.ids, dying.ids, well.ids]) expect(told).toEqual(ids)
    expect(failures.toSorted()).toEqual(
      ["died", "died", "failed", "failed", "Error: thrown", "Error: thrown"].toSorted()
    )
  }))
)

test(
  "a slow one delays neither writers nor others, and gets every event in the end",
  run(Effect.gen(function*() {
    const { append, observe } = yield* setUp
    const resume = yield* Deferred.make<void>()
    const slow = notes(() => Deferred.await(resume))
    const quick = notes()
    yield* observe(slow.tell)
    yield* observe(quick.tell)
    const ids: Array<string> = []
    for (let n = 0; n < 100; n++) ids.push(yield* append())
    yield* quick.untilTold(ids[99]!)
    expect(slow.ids.length).toBeLessThanOrEqual(1)
    yield* Deferred.succeed(resume, undefined)
    yield* slow.untilTold(ids[99]!)
    expect([quick.ids, slow.ids]).toEqual([ids, ids])
  }))
)

test(
  "one that appends, starts others and ends them while it handles an event affects no other",
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
          yield* Scope.provide(observe(other.tell), scope)
          yield* Deferred.succeed(began, undefined)
        }
        if (event.type === "Append") own.push(yield* append("Appended"))
        if (event.type === "End") yield* Scope.close(scope, Exit.void)
      }).pipe(Effect.orDie)
    )
    yield* observe(busy.tell)
    yield* observe(steady.tell)
    const begin = yield* append("Begin")
    yield* Deferred.await(began)
    const asked = yield* append("Append")
    yield* Following.until(Effect.sync(() => own.length === 1))
    yield* other.untilTold(own[0]!)
    const end = yield* append("End")
    yield* busy.untilTold(end)
    yield* Following.until(Effect.sync(() => scope.state._tag === "Closed"))
    const last = yield* append()
    for (const { untilTold } of [busy, steady]) yield* untilTold(last)
    const all = [begin, asked, own[0], end, last]
    expect(busy.ids).toEqual(all)
    expect(steady.ids).toEqual(all)
    // Begun while the first event was told, ended some time while the end was.
    expect(other.ids.filter((id) => id !== end)).toEqual([asked, own[0]])
  }))
)

test(
  "one that has ended gets no more events, and filters apply",
  run(Effect.gen(function*() {
    const { append, observe } = yield* setUp
    const wanted = notes()
    const gone = notes()
    yield* observe(wanted.tell, { types: ["Wanted"] })
    yield* Effect.scoped(Effect.flatMap(observe(gone.tell), () => Effect.flatMap(append(), gone.untilTold)))
    const told = [...gone.ids]
    const id = yield* append("Wanted")
    yield* wanted.untilTold(id)
    expect(wanted.ids).toEqual([id])
    expect(gone.ids).toEqual(told)
  }))
)
