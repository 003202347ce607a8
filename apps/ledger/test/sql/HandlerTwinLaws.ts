// The command handler in SQL equals the one in TypeScript: the same answers and streams, also if both handle commands of
// the same accounts, under the same keys, with each other's snapshots.
import * as Law from "@refold/laws/kit/Law"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { randomUUID } from "node:crypto"
import { EventReader } from "refold/EventReader"
import * as MemoryStore from "refold/MemoryStore"
import { accounts, inRun, programs, type Step } from "./HandlerPrograms.ts"
import { nameOf, play, playByTypeScript, type Services } from "./HandlerSteps.ts"

const storedIn = (run: string) =>
  Effect.forEach(
    accounts,
    (account) =>
      Effect.flatMap(EventReader, ({ readStream }) => Stream.runCollect(readStream(nameOf(`${account} ${run}`)))).pipe(
        Effect.map((events) => events.map(({ data, schemaVersion, type }) => ({ data, schemaVersion, type })))
      )
  )

/** On a store in memory all steps run in TypeScript, without snapshots. */
export const handlersAgree = (schema: string): Law.Property<Services> =>
  Law.over(
    Law.make<ReadonlyArray<Step>, Services>(
      "a command gives the same answer and stores the same events in SQL and in TypeScript",
      (program) =>
        Effect.gen(function*() {
          const run = randomUUID()
          const own = program.map(inRun(run))
          const both = Effect.all([Effect.forEach(own, play(schema)), storedIn(run)])
          const byTypeScript = Effect.all([Effect.forEach(own, playByTypeScript), storedIn(run)])
          return { left: yield* both, right: yield* Effect.provide(byTypeScript, MemoryStore.layer, { local: true }) }
        })
    ),
    programs
  )
