import { DateTime, Effect, Layer, Stream } from "effect"
import { AsOf, CommandHandler, EventReader, MemoryStore, State, Store } from "refold"
import { expect, it } from "vitest"
import { linesOf, type Message } from "../../examples/howto/OtherStore.ts"
import { Wallet } from "../../examples/Wallet.ts"

const message = (stream: string, position: number, globalPosition: number, second: number, cents: number): Message => ({
  id: `00000000-0000-4000-8000-${String(globalPosition).padStart(12, "0")}`,
  stream_name: stream,
  position: String(position),
  global_position: String(globalPosition),
  type: "Deposited",
  data: { cents },
  metadata: position === 0 ? null : { correlationId: "payday" },
  time: new Date(Date.UTC(2020, 0, 1, 0, 0, second))
})

// Global positions have gaps, and the second message of a stream may have an earlier time than the first.
const messages = [
  message("wallet-ada", 0, 3, 5, 100),
  message("wallet-bob", 0, 4, 6, 20),
  message("wallet-ada", 1, 9, 4, 7)
]

async function* stored(): AsyncGenerator<Message> {
  yield* messages
}

const importLines = Effect.suspend(() =>
  Store.importLines(Stream.fromAsyncIterable(linesOf(stored(), 9), (cause) => cause))
)

const run = <A, E>(program: Effect.Effect<A, E, Layer.Success<typeof MemoryStore.layer>>) =>
  Effect.runPromise(Effect.provide(program, Layer.fresh(MemoryStore.layer)))

it("messages of a Message DB are imported with their ids, versions, order and times", () =>
  run(Effect.gen(function*() {
    expect(yield* importLines).toMatchObject({ counts: { events: 3 } })
    const reader = yield* EventReader.EventReader
    const events = yield* Stream.runCollect(reader.readAll())
    expect(events.map(({ id, stream, version }) => [id, stream, version]))
      .toEqual(messages.map(({ id, position, stream_name }) => [id, stream_name, Number(position) + 1]))
    expect(events.map(({ occurredAt }) => DateTime.toDateUtc(occurredAt))).toEqual(messages.map(({ time }) => time))
    expect(events.map(({ metadata }) => metadata.correlationId)).toEqual([undefined, undefined, "payday"])
  })))

it("an aggregate goes on with the imported events", () =>
  run(Effect.gen(function*() {
    yield* importLines
    expect((yield* State.load(Wallet, "ada")).state).toBe(107)
    expect((yield* State.load(Wallet, "ada", { asOf: AsOf.version(1) })).state).toBe(100)
    const handled = yield* CommandHandler.make(Wallet)("ada", { _tag: "Withdraw", cents: 7 })
    expect(handled).toMatchObject({ state: 100, version: 3 })
    expect(yield* Stream.runCollect(Store.verify())).toEqual([])
  })))
