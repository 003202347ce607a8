// A revoked right is not a lost connection: long-running programs end with an error that names the object and the
// right, and run again when the right is granted again.
import { EventReader } from "@refold/store/log/EventReader"
import * as ProcessRunner from "@refold/store/process/ProcessRunner"
import * as Projector from "@refold/store/project/Projector"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { expect, test } from "vitest"
import * as PostgresStore from "../../src/PostgresStore.ts"
import * as Following from "../support/Following.ts"
import * as LoginRole from "../support/LoginRole.ts"
import * as Moves from "../support/Moves.ts"
import * as Stores from "../support/Stores.ts"
import { tally } from "../support/Tally.ts"
import * as Ticks from "../support/Ticks.ts"

const stream = Stores.streamName("tally-1")

type Program = Effect.Effect<unknown, unknown, PostgresStore.Services>

/** Programs that run without end, and the conditions under which each is at work. */
const programs: Readonly<Record<string, Program>> = {
  subscription: Effect.flatMap(EventReader, ({ subscribe }) => Stream.runDrain(subscribe())),
  projector: Projector.run(tally()),
  runner: ProcessRunner.run(Moves.saga, { handlers: Moves.handlers() })
}

const isAtWork: Readonly<Record<string, (opened: Stores.Opened) => Effect.Effect<unknown, unknown>>> = {
  subscription: ({ sql }) => Following.until(Effect.map(Following.listeners(sql), (pids) => pids.length > 0)),
  projector: (opened) => Ticks.untilGeneration(opened, ({ checkpoint }) => checkpoint > 0),
  runner: (opened) => Ticks.untilGeneration(opened, ({ checkpoint }) => checkpoint > 0, "Live", "moves observer")
}

const denial = (object: string | undefined, right: string | undefined, reason: string) => ({
  _tag: "EventStoreError",
  isPermanent: true,
  cause: { _tag: "PermissionDenied", object, right, reason: expect.stringContaining(reason) }
})

/** The failure of a program after these statements for its role are run while it is at work. */
const endOf = Effect.fnUntraced(function*(
  opened: Stores.Opened,
  program: string,
  statements: (role: string) => ReadonlyArray<string>
) {
  const url = yield* LoginRole.ofKind(opened, ["writer", "projector"])
  const store = PostgresStore.layer({ url: Redacted.make(url), migrate: false, pollInterval: "50 millis" })
  const running = yield* Effect.forkScoped(Effect.flip(Effect.provide(programs[program]!, store)))
  yield* Effect.raceFirst(isAtWork[program]!(opened), Fiber.join(running))
  for (const statement of statements(LoginRole.nameOf(url))) yield* opened.sql.unsafe(statement)
  // An event to read.
  yield* opened.store.append(stream, [Ticks.tick(2)])
  return yield* Fiber.join(running)
})

const fresh = (test: (opened: Stores.Opened) => Effect.Effect<void, unknown, Scope.Scope>) =>
  Ticks.onDatabase((opened) => Effect.andThen(opened.store.append(stream, [Ticks.tick(1)]), test(opened)))

test.for(Object.keys(programs))(
  "a %s ends when its role loses a right on a table",
  (program) =>
    fresh((opened) =>
      Effect.gen(function*() {
        const end = yield* endOf(opened, program, (role) => [`revoke select on refold.event_store from ${role}`])
        expect(end).toMatchObject(denial("event_store", "SELECT", "permission denied for table event_store"))
      })
    )()
)

test.for(Object.keys(programs))(
  "a %s ends when its role loses USAGE on the schema",
  (program) =>
    fresh((opened) =>
      Effect.gen(function*() {
        const end = yield* endOf(opened, program, (role) => [`revoke usage on schema refold from ${role}`])
        expect(end).toMatchObject(denial("refold", "USAGE", "permission denied for schema refold"))
      })
    )()
)

test.for(Object.keys(programs))(
  "a %s ends when its role may no longer log in",
  (program) =>
    fresh((opened) =>
      Effect.gen(function*() {
        const end = yield* endOf(opened, program, (role) => [
          `alter role ${role} nologin`,
          `select pg_terminate_backend(pid) from pg_stat_activity where usename = '${role}'`
        ])
        expect(end).toMatchObject(denial(undefined, undefined, "is not permitted to log in"))
      })
    )()
)

test(
  "a projector ends when its role loses the right to save a checkpoint",
  fresh((opened) =>
    Effect.gen(function*() {
      const end = yield* endOf(opened, "projector", (role) => [
        `revoke update on refold.projection_partitions from ${role}`
      ])
      expect(end).toMatchObject(
        denial("projection_partitions", "SELECT, INSERT, UPDATE, DELETE", "projection_partitions")
      )
    })
  )
)

test(
  "the heads can be followed again when the right is granted again",
  fresh((opened) =>
    Effect.gen(function*() {
      const url = yield* LoginRole.ofKind(opened, ["reader"])
      const { reader } = yield* Stores.open(url, { migrate: false, pollInterval: "50 millis" })
      const [role, right] = [LoginRole.nameOf(url), "execute on function refold.read_head()"]
      const first = yield* Effect.forkScoped(Effect.flip(Stream.runDrain(reader.heads)))
      yield* opened.sql.unsafe(`revoke ${right} from ${role}`)
      expect(yield* Fiber.join(first)).toMatchObject(denial("read_head", "EXECUTE", "read_head"))
      yield* opened.sql.unsafe(`grant ${right} to ${role}`)
      expect(yield* Stream.runHead(reader.heads)).toEqual(Option.some(yield* opened.store.head))
    })
  )
)
