// No public function accepts an idempotency key of a process.
import { InvalidInput } from "@refold/core/event/InvalidInput"
import * as ExpectedVersion from "@refold/core/journal/ExpectedVersion"
import * as Sample from "@refold/laws/internal/kit/Sample"
import * as MemoryStore from "@refold/memory/MemoryStore"
import * as CommandHandler from "@refold/store/decide/CommandHandler"
import * as Together from "@refold/store/decide/Together"
import * as ProcessKeys from "@refold/store/internal/log/ProcessKeys"
import { EventIds } from "@refold/store/log/EventIds"
import { EventReader } from "@refold/store/log/EventReader"
import { EventStore } from "@refold/store/log/EventStore"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { expect, it } from "vitest"
import { stream } from "../../support/Transferring.ts"

const onMemory = <A, E>(effect: Effect.Effect<A, E, MemoryStore.Services>): Promise<A> =>
  Effect.runPromise(Effect.provide(effect, MemoryStore.layer))

const key = "refold:moves-1#1.0"
const add = { _tag: "Add", coins: 1, notes: [] } as const
const jar = stream("jar-a")

const event = Effect.gen(function*() {
  return {
    id: yield* yield* EventIds,
    type: "CoinsAdded",
    schemaVersion: 1,
    data: { coins: 1 },
    metadata: { causationId: "moves-1#1.0" },
    occurredAt: yield* DateTime.now
  }
})

const ways: Record<string, () => Effect.Effect<unknown, unknown, MemoryStore.Services>> = {
  "a command handler": () => CommandHandler.make(Sample.aggregate)("a", add, { idempotencyKey: key }),
  "commands that are handled together": () =>
    Together.handle([Together.part(Sample.aggregate, "a", add)], { idempotencyKey: key }),
  "an append": () =>
    Effect.gen(function*() {
      return yield* (yield* EventStore).append(jar, [yield* event], { idempotency: { key } })
    }),
  "a commit": () =>
    Effect.gen(function*() {
      const writes = [{ stream: jar, expected: ExpectedVersion.Any, events: [yield* event] }] as const
      return yield* (yield* EventStore).commit({ writes, idempotency: { key } })
    }),
  "a look-up": () => Effect.flatMap(EventStore, ({ findAppended }) => findAppended({ key, fingerprint: "any" })),
  "a look-up without a fingerprint": () => Effect.flatMap(EventStore, ({ findAppended }) => findAppended({ key }))
}

it.each(Object.entries(ways))("the key of a process's command is refused in %s", async (_, way) => {
  const refused = new InvalidInput({
    field: "idempotency.key",
    rule: "must not begin with \"refold:\": these keys are for commands that processes send"
  })
  expect(await onMemory(Effect.flip(Effect.asVoid(way())))).toEqual(refused)
})

it("events that are stored under the key of a process's command name it as their cause, whatever metadata is given", async () => {
  const metadata = await onMemory(Effect.gen(function*() {
    const options = { idempotencyKey: key, metadata: { causationId: "another", actor: "ada" } }
    yield* CommandHandler.make(Sample.aggregate)("a", add, options).pipe(
      Effect.provideService(ProcessKeys.Dispatching, key)
    )
    return (yield* Stream.runCollect((yield* EventReader).readAll())).map((stored) => stored.metadata)
  }))
  expect(metadata).toEqual([{ causationId: "moves-1#1.0", actor: "ada" }])
})
