// A consumer on the embedded database, whose transactions take turns: its handler can use the store while its batch is open.
import * as EventCodec from "@refold/core/event/EventCodec"
import * as EventType from "@refold/core/event/EventType"
import * as Consumer from "@refold/store/consume/Consumer"
import { EventReader } from "@refold/store/log/EventReader"
import { EventStore } from "@refold/store/log/EventStore"
import * as Parked from "@refold/store/project/Parked"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { expect, test } from "vitest"
import * as PostgresStore from "../../src/PostgresStore.ts"
import * as Stores from "../support/Stores.ts"
import * as Ticks from "../support/Ticks.ts"

const events = EventCodec.makeUnsafe([EventType.make("Ticked", Schema.Struct({ n: Schema.Int }))])

const answers = Consumer.makeUnsafe<EventCodec.EventOf<typeof events>, EventReader | EventStore>({
  name: "answers",
  events,
  categories: ["tally"],
  startAt: "start",
  timeout: "20 seconds",
  handle: ({ n }, { stream }) =>
    Effect.gen(function*() {
      const read = yield* Stream.runCollect((yield* EventReader).readStream(stream))
      yield* (yield* EventStore).append(Stores.streamName(`answer-${n}`), [Ticks.tick(read.length)])
      if (n === 2) yield* Effect.fail("no")
    })
})

test("a handler on the embedded database reads and appends, and its appends are rolled back if it fails", () =>
  Effect.runPromise(Effect.provide(
    Ticks.quietly(Effect.gen(function*() {
      const store = yield* EventStore
      for (const n of [1, 2, 3]) yield* store.append(Stores.streamName(`tally-${n}`), [Ticks.tick(n)])
      yield* Consumer.catchUp(answers, { attempts: 1 })
      expect((yield* Parked.list(answers)).map(({ reason, stream }) => [stream, reason])).toEqual([["tally-2", "no"]])
      const answered = yield* Stream.runCollect((yield* EventReader).readAll({ categories: ["answer"] }))
      expect(answered.map(({ stream }) => stream)).toEqual(["answer-1", "answer-3"])
    })),
    PostgresStore.layerEmbedded()
  )))

test.each([1, 3])(
  "a handler that fails on the embedded database runs %i times, its number of attempts",
  (attempts) => {
    const tries: Array<number> = []
    const failing = Consumer.makeUnsafe<EventCodec.EventOf<typeof events>>({
      name: "failing",
      events,
      startAt: "start",
      handle: ({ n }) =>
        Effect.andThen(Effect.sync(() => void tries.push(n)), n === 2 ? Effect.fail("no") : Effect.void)
    })
    return Effect.runPromise(Effect.provide(
      Ticks.quietly(Effect.gen(function*() {
        const store = yield* EventStore
        yield* store.append(Stores.streamName("tally-2"), [Ticks.tick(2)])
        yield* Consumer.catchUp(failing, { attempts, backoff: "1 millis" })
        expect(tries).toEqual(Array(attempts).fill(2))
        // In a batch with other events, an event that fails first runs once more alone if it may be retried.
        tries.length = 0
        for (const n of [1, 2, 3]) yield* store.append(Stores.streamName(`other-${n}`), [Ticks.tick(n)])
        yield* Consumer.catchUp(failing, { attempts, backoff: "1 millis" })
        expect(tries.filter((n) => n === 2)).toHaveLength(attempts === 1 ? 1 : attempts + 1)
        expect((yield* Parked.list(failing)).map((parked) => [parked.stream, parked.attempts]))
          .toEqual([["tally-2", attempts], ["other-2", attempts]])
      })),
      PostgresStore.layerEmbedded()
    ))
  }
)
