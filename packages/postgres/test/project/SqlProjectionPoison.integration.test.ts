// Events on which a handler in SQL fails, in various ways: their changes are rolled back, their streams are parked,
// and all other events are handled. A failure that the event does not cause is retried.
import { EventStore } from "@refold/store/log/EventStore"
import * as Parked from "@refold/store/project/Parked"
import * as Projector from "@refold/store/project/Projector"
import * as Rebuild from "@refold/store/project/Rebuild"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as SqlClient from "effect/sql/SqlClient"
import * as Stream from "effect/Stream"
import { describe, expect, test } from "vitest"
import * as SqlProjections from "../support/SqlProjections.ts"

const { note, notes } = SqlProjections

const say = (text: string) => Effect.flatMap(SqlClient.SqlClient, (sql) => sql.unsafe(text))

/** The faults of a handler, after it has recorded the event, and the expected reason for parking. */
const faults: Record<
  string,
  readonly [fault: () => Effect.Effect<unknown, unknown, SqlClient.SqlClient>, why: RegExp]
> = {
  fails: [() => Effect.fail("no such account"), /^no such account$/],
  "fails with an error": [() => Effect.fail(new Error("no such account")), /^no such account$/],
  "fails with a value": [() => Effect.fail({ _tag: "NoAccount", id: 7 }), /NoAccount.*7/s],
  "fails with a value that cannot be formatted": [() => Effect.fail(Object.create(null)), /./],
  "fails with a long message": [() => Effect.fail("x".repeat(100_000)), /^x{2000}$/],
  throws: [() => {
    throw new Error("thrown")
  }, /^thrown$/],
  dies: [() => Effect.die(new Error("died")), /^died$/],
  "interrupts itself": [() => Effect.interrupt, /interrupted itself/],
  "breaks a rule of the database": [
    () => say("insert into noted (id) values ('x')"),
    /invalid input syntax for type integer/
  ],
  "continues after a failed statement": [() => Effect.ignore(say("select 1 / 0")), /a statement failed/],
  "never ends": [() => Effect.never, /^it took longer than 4s$/],
  "rolls back": [() => say("rollback"), /a handler must not send rollback/],
  commits: [() => say("/* now */ -- or\n COMMIT AND CHAIN"), /a handler must not send .*COMMIT/s],
  "changes what names mean": [
    () => say("set local search_path = public"),
    /a handler must not send set local search_path/
  ]
}

describe.each([["a server", SqlProjections.onServer], ["the embedded database", SqlProjections.onEmbedded]] as const)(
  "on %s",
  (_, on) => {
    const run = on()

    for (const [name, [fault, why]] of Object.entries(faults)) {
      test(
        `an event on which a handler ${name} is rolled back and parked, and the others are handled`,
        run(Effect.gen(function*() {
          let isRepaired = false
          const { append, noted, projection, stream } = yield* notes({
            // A short timeout only for the handler that never ends.
            timeout: name === "never ends" ? "4 seconds" : "1 minute",
            after: ({ text }) => text === "b2" && !isRepaired ? fault() : Effect.void
          })
          yield* append("a1", "b1", "b2", "b3", "a2")
          yield* Projector.catchUp(projection, { backoff: "1 millis", attempts: 2 })
          expect(yield* noted).toEqual(["a1", "b1", "a2"])
          const parked = yield* Parked.list(projection)
          expect(parked).toMatchObject([{ stream: stream("b"), version: 2, stage: "Evolve", attempts: 2 }])
          expect(parked[0]!.reason).toMatch(why)
          isRepaired = true
          yield* append("a3", "b4")
          yield* Projector.catchUp(projection)
          expect(yield* noted).toEqual(["a1", "b1", "a2", "a3"])
          expect(yield* Parked.retry(projection, stream("b"))).toEqual(Option.none())
          expect(yield* noted).toEqual(["a1", "b1", "a2", "a3", "b2", "b3", "b4"])
        }))
      )
    }

    test(
      "an unreadable event is parked, stays discarded, and rebuilds skip it",
      run(Effect.gen(function*() {
        const { append, noted, projection, stream } = yield* notes()
        yield* append("a1", "b1")
        yield* (yield* EventStore).append(stream("b"), [{ ...note(""), data: { text: 7 } }])
        yield* append("b3", "a2")
        yield* Projector.catchUp(projection, { backoff: "1 millis" })
        expect(yield* noted).toEqual(["a1", "b1", "a2"])
        expect(yield* Parked.list(projection)).toMatchObject([{ stream: stream("b"), version: 2, stage: "Event" }])
        expect(Option.isSome(yield* Parked.retry(projection, stream("b")))).toBe(true)
        expect(yield* Parked.discard(projection, stream("b"), "not a text")).toEqual(Option.none())
        expect(yield* noted).toEqual(["a1", "b1", "a2", "b3"])
        yield* Stream.runDrain(Rebuild.rebuild(projection))
        expect(yield* noted).toEqual(["a1", "b1", "b3", "a2"])
        expect(yield* Parked.list(projection)).toEqual([])
      }))
    )

    test(
      "a stored event that decodes to several events is handled completely or not at all, and one that decodes to none is skipped",
      run(Effect.gen(function*() {
        let isRepaired = false
        const { append, noted, projection, stream } = yield* notes({
          after: ({ text }) => text === "b3" && !isRepaired ? Effect.fail("no") : Effect.void
        })
        const store = yield* EventStore
        yield* store.append(stream("a"), [SqlProjections.retired(), SqlProjections.notedTogether("a1", "a2")])
        yield* store.append(stream("b"), [SqlProjections.notedTogether("b1", "b2"), SqlProjections.notedTogether()])
        yield* store.append(stream("b"), [SqlProjections.notedTogether("b3", "b4")])
        yield* append("b5", "a3")
        yield* Projector.catchUp(projection, { attempts: 1 })
        expect(yield* noted).toEqual(["a1", "a2", "b1", "b2", "a3"])
        expect(yield* Parked.list(projection)).toMatchObject([{
          stream: stream("b"),
          version: 3,
          type: "NotedTogether"
        }])
        isRepaired = true
        expect(yield* Parked.retry(projection, stream("b"))).toEqual(Option.none())
        expect(yield* noted).toEqual(["a1", "a2", "b1", "b2", "a3", "b3", "b4", "b5"])
      }))
    )

    test(
      "tables that a handler creates and drops are part of its batch",
      run(Effect.gen(function*() {
        const { append, noted, projection } = yield* notes({
          after: ({ text }) =>
            Effect.andThen(say(`create table ${text} ()`), text === "a2" ? Effect.fail("no") : Effect.void)
        })
        yield* append("a1", "a2")
        yield* Projector.catchUp(projection, { attempts: 1 })
        expect(yield* noted).toEqual(["a1"])
        expect(yield* projection.read(say("select from a1"))).toEqual([])
        expect(yield* projection.read(say("select to_regclass('a2')::text as found"))).toEqual([{ found: null }])
      }))
    )
  }
)
