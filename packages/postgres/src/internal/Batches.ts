/** Generations in the hands of their owners: a row lock for as long as a transaction, in which a batch is stored whole. */
import type { Position } from "@refold/core/event/Position"
import type { EventStoreError } from "@refold/store/log/EventStoreError"
import type { Batch, Changes, UpdateOptions } from "@refold/store/project/ReadModelStore"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Database } from "./Database.ts"
import * as Generations from "./Generations.ts"
import * as Parked from "./Parked.ts"
import { query, transaction } from "./Query.ts"
import * as StoredRows from "./StoredRows.ts"

/** How generations are owned. */
export interface Options {
  /** An owner that sends nothing for so long loses its generation. */
  readonly frozenAfter: Duration.Input
}

interface ClaimedRow extends Generations.GenerationRow {
  readonly has_discarded: boolean
}

const operation = "update projection"

/** Runs `body` as the generation's one owner; see the port. */
export const update = Effect.fnUntraced(function*<A, E, R>(
  database: Database,
  { frozenAfter }: Options,
  generation: number,
  body: (batch: Batch) => Effect.Effect<A, E, R>,
  { wait = false }: UpdateOptions = {}
): Effect.fn.Return<Option.Option<A>, E | EventStoreError, R> {
  const isNested = yield* database.inTransaction
  const frozen = milliseconds(frozenAfter)
  const run = Effect.gen(function*() {
    const [claimed] = yield* query<ClaimedRow>(database, operation, "queries/claim_generation", {
      generation,
      wait,
      patience: patience(frozen),
      frozen_after: frozen
    })
    if (claimed === undefined) return Option.none<A>()
    const batch = make(database, claimed)
    const ran = claimed.has_tables
      ? Generations.inNamespace(database, generation, isNested, body(batch))
      : body(batch)
    return Option.some(yield* ran)
  })
  return yield* transaction(database, operation, run)
})

// PostgreSQL takes 0 for "never", and no more than this.
const maxMilliseconds = 2_147_483_647
const milliseconds = (duration: Duration.Input): number => {
  const millis = Math.ceil(Duration.toMillis(Duration.fromInputUnsafe(duration)))
  return millis > maxMilliseconds ? 0 : Math.max(1, millis)
}

// Longer than a frozen owner can last, and than any batch should.
const patience = (frozen: number): number => Math.min(frozen, 3_600_000) + 20_000

const make = (database: Database, claimed: ClaimedRow): Batch => {
  const generation = Generations.decode(claimed)
  const { id, projection } = generation
  // Most generations never have any, and then batches need not ask.
  let hasParked = claimed.parked > 0
  let hasDiscarded = claimed.has_discarded
  return {
    generation,
    rows: (keys) =>
      keys.length === 0 ? Effect.succeed([]) : Effect.map(
        query<StoredRows.TableRow>(database, operation, { file: "rows/find_rows", generation: id }, { keys }),
        (rows) => StoredRows.inOrder(keys, rows)
      ),
    parked: (streams) =>
      Effect.suspend(() =>
        hasParked && streams.length > 0 ? Parked.listParked(database, id, streams) : Effect.succeed([])
      ),
    discarded: (after: Position, upTo: Position) =>
      Effect.suspend(() =>
        hasDiscarded
          ? Effect.map(
            Parked.listDiscarded(database, projection, { after, upTo }),
            (events) => events.map(({ position }) => position)
          )
          : Effect.succeed([])
      ),
    save: (changes) =>
      Effect.suspend(() => {
        hasParked ||= changes.parked.length > 0
        return save(database, id, changes)
      }),
    discard: (events) =>
      Effect.suspend(() => {
        hasDiscarded ||= events.length > 0
        return Parked.discard(database, projection, events)
      }),
    promote: Effect.map(
      query<{ readonly promoted: boolean }>(database, "promote generation", "queries/promote_generation", {
        generation: id
      }),
      ([row]) => row!.promoted
    )
  }
}

const save = (database: Database, generation: number, changes: Changes): Effect.Effect<void, EventStoreError> => {
  const hasRows = changes.rows.length + changes.removed.length > 0
  const checkpoint = {
    generation,
    checkpoint: changes.checkpoint,
    rate: changes.rate,
    rows_changed: hasRows,
    ...Parked.encode(changes)
  }
  const saved = hasRows
    ? query(database, operation, { file: "rows/save_rows", generation }, {
      ...checkpoint,
      ...StoredRows.encode(changes.rows),
      keeps_newer: changes.keepsNewer,
      removed: changes.removed
    })
    : query(database, operation, "queries/save_checkpoint", checkpoint)
  return Effect.asVoid(saved)
}
