// The store with promises gives the answers of the store with effects, for random programs of commands.
import { StreamVersion } from "@refold/core/event/StreamVersion"
import * as ExpectedVersion from "@refold/core/journal/ExpectedVersion"
import * as MemoryStore from "@refold/memory/MemoryStore"
import * as CommandHandler from "@refold/store/decide/CommandHandler"
import * as State from "@refold/store/decide/State"
import { Refused } from "@refold/store/internal/decide/Refused"
import * as OpenStore from "@refold/store/internal/promise/OpenStore"
import type { CommandOptions } from "@refold/store/internal/promise/PromiseHandler"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as fc from "fast-check"
import { expect, it } from "vitest"
import * as Sample from "../../src/kit/internal/Sample.ts"

interface Step {
  readonly id: string
  readonly command: Sample.Command
  readonly options: CommandOptions
}

const expected = fc.oneof(
  fc.constantFrom(ExpectedVersion.Any, ExpectedVersion.NoStream, ExpectedVersion.StreamExists),
  fc.nat(4).map((n) => ExpectedVersion.Exact(StreamVersion(n)))
)

// Few ids and keys, so that they are repeated. An empty id is refused.
const steps: fc.Arbitrary<ReadonlyArray<Step>> = fc.array(
  fc.record({
    id: fc.constantFrom("a", "a", "b", ""),
    command: Sample.commands,
    options: fc.record({
      idempotencyKey: fc.option(fc.constantFrom("k", "l"), { nil: undefined, freq: 3 }),
      expected: fc.option(expected, { nil: undefined, freq: 3 }),
      occurredAt: fc.constantFrom(undefined, new Date(0))
    })
  }),
  { maxLength: 12 }
)

const ids = ["a", "b"]

// An answer without its time and the ids of its events.
const handled = (
  { deduplicated, events, position, state, version }: CommandHandler.Handled<Sample.State, Sample.Event>
) => ({
  deduplicated,
  events,
  position,
  state,
  version
})

const failed = (error: unknown) =>
  error instanceof Error ? { tag: Reflect.get(error, "_tag"), message: error.message } : { refusal: error }

const withEffects = (program: ReadonlyArray<Step>) =>
  Effect.gen(function*() {
    const handle = CommandHandler.make(Sample.aggregate)
    const answers = yield* Effect.forEach(program, ({ command, id, options }) =>
      Effect.map(
        Effect.result(handle(id, command, options)),
        Result.match({ onSuccess: handled, onFailure: failed })
      ))
    const states = yield* Effect.forEach(ids, (id) => State.load(Sample.aggregate, id))
    return { answers, states: states.map(({ state, version }) => ({ state, version })) }
  }).pipe(Effect.provide(MemoryStore.layer, { local: true }), Effect.runPromise)

const thrown = (error: unknown) => failed(error instanceof Refused ? error.refusal : error)

// By rejections, or by `try`.
const withPromises = async (program: ReadonlyArray<Step>, tries: boolean) => {
  await using store = await OpenStore.open(MemoryStore.layer)
  const handle = store.handler(Sample.aggregate)
  const answers: Array<unknown> = []
  for (const { command, id, options } of program) {
    if (tries) {
      const attempt = await handle.try(id, command, options)
      answers.push(attempt.ok ? handled(attempt.value) : thrown(attempt.error))
    } else answers.push(await handle(id, command, options).then(handled, thrown))
  }
  const states = await Promise.all(ids.map((id) => store.load(Sample.aggregate, id)))
  return { answers, states: states.map(({ state, version }) => ({ state, version })) }
}

it("the store with promises gives the answers, the refusals and the errors of the store with effects", () =>
  fc.assert(
    fc.asyncProperty(steps, fc.boolean(), async (program, tries) => {
      expect(await withPromises(program, tries)).toEqual(await withEffects(program))
    }),
    { seed: Number(process.env["REFOLD_SEED"]), numRuns: Number(process.env["REFOLD_RUNS"] ?? 100) }
  ))
