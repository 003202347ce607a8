// The least rights with which a store can be opened: existing objects are not created again, and objects of other roles stay
// unchanged.
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { describe, expect, test } from "vitest"
import { freshDatabase } from "../support/freshDatabase.ts"
import * as LoginRole from "../support/LoginRole.ts"
import * as Stores from "../support/Stores.ts"

/** A fresh database, its administrator, and a role with these grants. */
const setUp = (grants: (database: string) => ReadonlyArray<string>) =>
  Effect.gen(function*() {
    const url = yield* freshDatabase()
    const admin = yield* Stores.connect(url)
    const database = new URL(url).pathname.slice(1)
    const role = yield* LoginRole.login({ sql: admin, url }, "least", grants(database))
    return { admin, database, name: LoginRole.nameOf(role), role, url }
  })

const run = <E>(body: Effect.Effect<void, E, Scope.Scope>) => () => Effect.runPromise(Effect.scoped(body))

/** Opens the store as a role and appends an event to it. */
const use = (url: string, schema = "refold") =>
  Effect.scoped(Effect.gen(function*() {
    const { store } = yield* Stores.open(url, { schema })
    yield* store.append(Stores.freshStream(), [Stores.event()])
    return yield* store.head
  }))

describe("a role that may not create schemas", () => {
  test(
    "migrates and opens a store in a schema that was created for it",
    run(Effect.gen(function*() {
      const { admin, name, role } = yield* setUp(() => [])
      yield* admin.unsafe(`create schema refold authorization ${name}`)
      yield* admin.unsafe(`create schema refold_rows authorization ${name}`)
      expect(yield* use(role)).toBe(1)
      expect(yield* use(role)).toBe(2)
    }))
  )

  test(
    "opens a store that it migrated before it lost the right to create schemas",
    run(Effect.gen(function*() {
      const { admin, database, name, role } = yield* setUp((database) => [`create on database ${database}`])
      expect(yield* use(role)).toBe(1)
      yield* admin.unsafe(`revoke create on database ${database} from ${name}`)
      expect(yield* use(role)).toBe(2)
    }))
  )

  test(
    "migrates and opens a store in a schema of another role in which it may create objects",
    run(Effect.gen(function*() {
      const { admin, name, role } = yield* setUp(() => [])
      yield* admin`create schema shared`
      yield* admin`create schema shared_rows`
      yield* admin.unsafe(`grant usage, create on schema shared, shared_rows to ${name}`)
      expect(yield* use(role, "shared")).toBe(1)
    }))
  )
})

test(
  "a role that may create objects in public can have a store there, and functions of other roles keep their grants",
  run(Effect.gen(function*() {
    const { admin, name, role } = yield* setUp(() => ["usage, create on schema public"])
    yield* admin.unsafe(`create schema public_rows authorization ${name}`)
    yield* admin`create function public.of_others() returns int language sql return 1`
    const session = yield* Stores.connect(role)
    yield* session`create function public.earlier() returns int language sql return 1`
    expect(yield* use(role, "public")).toBe(1)
    const open = admin<{ name: string }>`select proname::text as name from pg_proc p,
      aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
      where p.pronamespace = 'public'::regnamespace and a.grantee = 0 order by 1`
    expect((yield* open).map(({ name }) => name)).toEqual(["earlier", "of_others"])
  }))
)

test(
  "a role that may write and not create objects opens the store with the default options",
  run(Effect.gen(function*() {
    const { admin, url } = yield* setUp(() => [])
    yield* use(url)
    expect(yield* use(yield* LoginRole.ofKind({ sql: admin, url }, ["writer"]))).toBe(2)
  }))
)
