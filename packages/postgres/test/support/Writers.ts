/*
 * Writers that commit out of order: transactions of random length on the same log, some of which are rolled back.
 */
import * as Effect from "effect/Effect"
import { below } from "./Seed.ts"
import * as Stores from "./Stores.ts"

const pause = Effect.suspend(() => Effect.sleep(below(6)))

/** Some appends in one transaction, with pauses: of one or more events, to one or two streams; some transactions roll back. */
const transaction = ({ sql, store }: Stores.Opened, writer: number) => {
  const write = (n: number) => ({
    stream: Stores.streamName(`writer-${writer}-${n}`),
    expected: { _tag: "Any" } as const,
    events: [Stores.event(), ...Array.from({ length: below(3) }, () => Stores.event())] as const
  })
  const commit = Effect.suspend(() => store.commit({ writes: [write(0), ...(below(2) === 0 ? [write(1)] : [])] }))
  const takenBack = Effect.ignore(sql.withTransaction(Effect.andThen(commit, Effect.fail("taken back"))))
  const step = Effect.suspend(() => (below(4) === 0 ? takenBack : commit))
  return sql.withTransaction(Effect.gen(function*() {
    for (let steps = below(3); steps >= 0; steps--) yield* Effect.andThen(step, pause)
    if (below(5) === 0) return yield* Effect.fail("taken back")
  })).pipe(Effect.catch((error) => error === "taken back" ? Effect.void : Effect.fail(error)))
}

/** Runs a number of transactions by each writer, through one store with a connection for each of them. */
export const write = (opened: Stores.Opened, writers: number, transactionsEach: number) =>
  Effect.forEach(
    Array.from({ length: writers }, (_, writer) => writer),
    (writer) => Effect.replicateEffect(transaction(opened, writer), transactionsEach),
    { concurrency: writers, discard: true }
  )
