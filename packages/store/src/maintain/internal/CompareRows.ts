/** Compares the live rows of a projection with rows that are folded again, page by page, also while the projection runs. */
import type { Tagged } from "@refold/core/event/EventType"
import * as Json from "@refold/core/event/Json"
import type { Position } from "@refold/core/event/Position"
import * as AsOf from "@refold/core/journal/AsOf"
import type { Projection } from "@refold/core/project/Projection"
import type { StoredRow } from "@refold/core/project/ProjectionFold"
import * as RowQuery from "@refold/core/project/RowQuery"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { EventReader } from "../../log/EventReader.ts"
import type { EventStoreError } from "../../log/EventStoreError.ts"
import * as CatchUp from "../../project/internal/CatchUp.ts"
import * as Projector from "../../project/Projector.ts"
import type { Readers } from "../../project/ReadModel.ts"
import { ReadModelStore } from "../../project/ReadModelStore.ts"
import * as Finding from "../Finding.ts"

/**
 * A finding for each row that differs. A projection without live rows has none; one with parked streams, or whose definition is
 * another one, is not compared.
 */
export const compareRows = <Event extends Tagged, State, Index extends string>(
  projection: Projection<Event, State, Index>
): Stream.Stream<Finding.Finding, EventStoreError, Readers> =>
  Stream.unwrap(Effect.gen(function*() {
    const store = yield* ReadModelStore
    const live = (yield* store.generations(projection.name)).find(({ status }) => status === "Live")
    if (live === undefined) return Stream.empty
    if (live.parked > 0) return Stream.succeed(notCompared(projection, `${live.parked} of its streams are parked`))
    const target = Projector.targetOf(projection)
    const scratch = yield* Effect.acquireRelease(
      store.begin(target, "Scratch"),
      ({ id }) => Effect.ignore(store.drop(id))
    )
    yield* foldUpTo(projection, scratch.id, live.checkpoint)
    const sides = { live: live.id, scratch: scratch.id }
    // The rows of either side: a row that only one side has is missing, or should not exist.
    return Stream.concat(keysOf(projection, live.id), keysOf(projection, scratch.id)).pipe(
      Stream.mapEffect((keys) => comparePage(projection, sides, keys)),
      Stream.flattenIterable
    )
  })).pipe(
    Stream.catch((error) =>
      error._tag === "EventStoreError" ? Stream.fail(error) : Stream.succeed(notCompared(projection, error.message))
    )
  )

interface Named {
  readonly name: string
}

const notCompared = ({ name }: Named, why: string): Finding.Finding =>
  Finding.make(
    "RowsNotCompared",
    `the rows of projection "${name}" were not compared: ${why}`,
    { projection: name },
    "Warning"
  )

const foldUpTo = Effect.fnUntraced(function*<Event extends Tagged, State, Index extends string>(
  projection: Projection<Event, State, Index>,
  id: number,
  position: Position
) {
  const head = yield* (yield* EventReader).logHead
  const goal = { head: { ...head, position }, asOf: AsOf.position(position) }
  yield* CatchUp.catchUp(Projector.targetOf(projection), id, goal, CatchUp.defaults)
})

// The keys of a generation's rows, in pages.
const keysOf = <Event extends Tagged, State, Index extends string>(
  projection: Projection<Event, State, Index>,
  generation: number
) =>
  Stream.paginate(undefined as RowQuery.Cursor | undefined, (after) =>
    Effect.gen(function*() {
      const query = yield* Effect.fromResult(RowQuery.check(projection, { limit: RowQuery.maxLimit, after }))
      const { rows } = yield* (yield* ReadModelStore).read({ name: projection.name, generation }, {
        _tag: "Query",
        query
      })
      const last = rows.length < RowQuery.maxLimit ? undefined : rows.at(-1)
      const next = Option.map(Option.fromUndefinedOr(last), (row) => RowQuery.cursorAfter(query, row))
      return [[rows.map(({ key }) => key)], next] as const
    }))

interface Sides {
  readonly live: number
  readonly scratch: number
}

// The live rows come with the checkpoint that they are of, and the others are folded up to the same one: so a projection
// that runs meanwhile makes no difference.
const comparePage = Effect.fnUntraced(function*<Event extends Tagged, State, Index extends string>(
  projection: Projection<Event, State, Index>,
  { live, scratch }: Sides,
  keys: ReadonlyArray<string>
) {
  const store = yield* ReadModelStore
  const read = (generation: number) => store.read({ name: projection.name, generation }, { _tag: "Keys", keys })
  const { generation: { checkpoint }, rows } = yield* read(live)
  yield* foldUpTo(projection, scratch, checkpoint)
  const folded = byKey((yield* read(scratch)).rows)
  const stored = byKey(rows)
  return keys.flatMap((key) => {
    const row = stored.get(key)
    // A commit has written it, of an inline projection, and the checkpoint comes later.
    if (row !== undefined && row.position > checkpoint) return []
    const problem = problemOf(row, folded.get(key))
    return problem === undefined ? [] : [wrongRow(projection, key, problem)]
  })
})

const byKey = (rows: ReadonlyArray<StoredRow>): ReadonlyMap<string, StoredRow> =>
  new Map(rows.map((row) => [row.key, row]))

const problemOf = (stored: StoredRow | undefined, folded: StoredRow | undefined): string | undefined => {
  if (stored === undefined) return folded === undefined ? undefined : "is missing"
  if (folded === undefined) return "should not be there: its events give no row"
  return Json.canonical(stored.state) === Json.canonical(folded.state) ? undefined : "is not what its events give"
}

const wrongRow = ({ name }: Named, key: string, problem: string): Finding.Finding =>
  Finding.make("WrongRow", `row "${key}" of projection "${name}" ${problem}`, { projection: name, key })
