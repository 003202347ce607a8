import { DateTime, Duration, Effect, Option, Result, Stream } from "effect"
import * as TestClock from "effect/testing/TestClock"
import { type Cursor, EventId, EventStore, MemoryStore, type NewEvent, StreamName, StreamVersion } from "refold"
import { expect, it } from "vitest"
import * as Example from "../../examples/howto/Looking.ts"

const stream = (name: string) => Result.getOrThrow(StreamName.parse(name))
const id = (n: number) => Result.getOrThrow(EventId.parse(`00000000-0000-7000-8000-00000000000${n}`))

const append = (name: string, n: number, type: string, metadata: NewEvent.Metadata) =>
  Effect.flatMap(EventStore.EventStore, (store) =>
    store.append(stream(name), [{
      id: id(n),
      type,
      schemaVersion: 1,
      data: {},
      metadata,
      occurredAt: DateTime.makeUnsafe(0)
    }]))

const filled = Effect.gen(function*() {
  const correlationId = "request-1"
  yield* append("wallet-ada", 1, "Withdrawn", { correlationId, causationId: "command-1" })
  yield* append("transfer-1", 2, "Begun", { correlationId, causationId: id(1) })
  yield* append("wallet-eve", 3, "Deposited", { correlationId: "request-2" })
  yield* append("wallet-bob", 4, "Deposited", { correlationId, causationId: id(2) })
  yield* append("mail-1", 5, "Sent", { correlationId, causationId: id(1) })
})

const run = <A, E>(test: Effect.Effect<A, E, MemoryStore.Services>) =>
  Effect.runPromise(Effect.provide(Effect.andThen(filled, test), MemoryStore.layer))

it("streams of a category are listed page by page", () =>
  run(Effect.gen(function*() {
    const names = (page: Effect.Success<ReturnType<typeof Example.wallets>>) =>
      page.map(({ stream, version }) => [stream, version])
    const first = yield* Example.wallets()
    expect(names(first)).toEqual([["wallet-ada", 1], ["wallet-bob", 1], ["wallet-eve", 1]])
    expect(names(yield* Example.wallets(first[1]!.stream))).toEqual([["wallet-eve", 1]])
  })))

it("the log is read from its end, and last events are found", () =>
  run(Effect.gen(function*() {
    const page = yield* Example.latest()
    expect(page.map(({ type }) => type)).toEqual(["Sent", "Deposited", "Deposited", "Begun", "Withdrawn"])
    expect(yield* Example.latest(page[2]!.position)).toEqual(page.slice(3))
    expect(Option.map(yield* Example.lastDeposit, ({ stream }) => stream)).toEqual(Option.some("wallet-bob"))
    expect(yield* Example.lastTypeOf(stream("mail-1"))).toEqual(Option.some("Sent"))
    expect(yield* Example.lastTypeOf(stream("mail-2"))).toEqual(Option.none())
  })))

it("a wallet is followed from a version on", () =>
  run(Effect.gen(function*() {
    yield* append("wallet-ada", 6, "Deposited", {})
    const followed = Example.followWallet(stream("wallet-ada"), StreamVersion.StreamVersion(1))
    const [next] = yield* Stream.runCollect(Stream.take(followed, 1))
    expect(next!.type).toBe("Deposited")
  })))

it("a filtered subscription catches up, and its cursor is at the head", () =>
  run(Effect.gen(function*() {
    const handled: Array<string> = []
    const saved: Array<readonly [Cursor.Cursor, number]> = []
    const catchUp = (cursor?: Cursor.Cursor) =>
      Example.catchUp(
        ({ stream }) => Effect.sync(() => handled.push(stream)),
        (cursor, position) => Effect.sync(() => saved.push([cursor, position])),
        cursor
      )
    yield* catchUp()
    expect(handled).toEqual(["wallet-eve", "wallet-bob"])
    expect(saved.map(([, position]) => position)).toEqual([5])
    yield* catchUp(saved[0]![0])
    expect(handled).toHaveLength(2)
  })))

it("a trace is a tree of causes and effects", () =>
  run(Effect.gen(function*() {
    const [last] = yield* Example.latest()
    expect(Example.lines(yield* Example.traceOf(last!))).toEqual([
      "Withdrawn in wallet-ada at 1",
      "  Begun in transfer-1 at 1",
      "    Deposited in wallet-bob at 1",
      "  Sent in mail-1 at 1"
    ])
  })))

it("a key has its stored events, its age and its expiry", () =>
  run(
    Effect.gen(function*() {
      const store = yield* EventStore.EventStore
      const event = { type: "Opened", schemaVersion: 1, data: {}, metadata: {}, occurredAt: DateTime.makeUnsafe(0) }
      const wallet = stream("wallet-zoe")
      const keyed = (key: string, neverExpires: boolean) => ({ idempotency: { key, neverExpires } })
      yield* store.append(wallet, [{ ...event, id: id(6) }, { ...event, id: id(7) }], keyed("request-1", false))
      yield* store.append(wallet, [{ ...event, id: id(8) }], keyed("request-2", true))
      yield* TestClock.adjust("1 hour")
      expect(yield* Example.requestOf("request-1")).toEqual(Option.some({
        stored: ["wallet-zoe 1 to 2"],
        age: Duration.hours(1),
        expiresAt: DateTime.makeUnsafe(Duration.toMillis("7 days"))
      }))
      expect(yield* Example.requestOf("request-2")).toMatchObject(Option.some({ expiresAt: undefined }))
      expect(yield* Example.requestOf("request-3")).toEqual(Option.none())
    }).pipe(Effect.provide(TestClock.layer()))
  ))
