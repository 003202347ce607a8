/** Read model stores with one fault each. */
import { Position } from "@refold/core/event/Position"
import { StreamVersion } from "@refold/core/event/StreamVersion"
import * as MemoryStore from "@refold/memory/MemoryStore"
import type { InlineRow } from "@refold/store/log/EventStore"
import * as EventStore from "@refold/store/log/EventStore"
import * as ReadModel from "@refold/store/project/ReadModel"
import { type Batch, type Changes, ReadModelStore } from "@refold/store/project/ReadModelStore"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Sample from "../../../src/kit/internal/Sample.ts"
import type * as RowQueryLaws from "../../../src/project/internal/RowQueryLaws.ts"

type Rows = ReadModelStore["Service"]

/** The memory adapter, with some of its functions replaced. */
export const memory = (change: (services: Context.Context<MemoryStore.Services>) => Context.Context<never>) =>
  Layer.effectContext(Effect.gen(function*() {
    const services = yield* Layer.build(Layer.fresh(MemoryStore.layer))
    // The changed services replace those of the adapter.
    return Context.merge(services, change(services))
  }))

const rows = (change: (rows: Rows) => Partial<Rows>) =>
  memory((services) => {
    const rows = Context.get(services, ReadModelStore)
    return Context.make(ReadModelStore, ReadModelStore.of({ ...rows, ...change(rows) }))
  })

const batches = (change: (batch: Batch) => Partial<Batch>) =>
  rows(({ update, updateAll }) => {
    const changed = (batch: Batch): Batch => ({ ...batch, ...change(batch) })
    return {
      update: (id, body, options) => update(id, (batch) => body(changed(batch)), options),
      updateAll: (id, body) => updateAll(id, ([first, ...others]) => body([changed(first), ...others.map(changed)]))
    }
  })

const saves = (change: (changes: Changes, batch: Batch) => Partial<Changes>) =>
  batches((batch) => ({ save: (changes) => batch.save({ ...changes, ...change(changes, batch) }) }))

export const forgetsRemovals = saves(() => ({ removed: [] }))

/** Only the first part of an event is stored. */
export const writesOnePartOnly = batches(({ writeRows }) => {
  let isFirst = true
  return { writeRows: (changes) => isFirst ? ((isFirst = false), writeRows(changes)) : Effect.void }
})

/** The first parts of an event stay if a later part cannot be folded. */
export const keepsPartsOfPoisonedEvents = batches(() => ({ undoOnFailure: (effect) => effect }))

const nothing = { rows: [], removed: [], parked: [], unparked: [] }

/** A batch that fails rolls back its rows but not its checkpoint. */
export const savesCheckpointsSeparately = rows(({ update }) => ({
  update: Effect.fnUntraced(function*(id, body, options) {
    let saved: Changes | undefined
    const exit = yield* Effect.exit(update(id, (batch) =>
      body({
        ...batch,
        save: (changes) => {
          saved = changes
          return batch.save(changes)
        }
      }), options))
    if (Exit.isFailure(exit) && saved !== undefined) {
      const checkpoint = { ...saved, ...nothing }
      yield* update(id, (batch) => batch.save(checkpoint), options)
    }
    return yield* exit
  })
}))

/** Several owners read the rows without a lock and write their results later. */
export const hasNoLock = rows((store) => ({
  update: Effect.fnUntraced(function*(id, body) {
    const generation = (yield* store.generations()).find((one) => one.id === id)
    if (generation === undefined || generation.status === "Retired") return Option.none()
    const { projection } = generation
    const parked = yield* store.listParked(id)
    const discarded = yield* store.listDiscarded(projection)
    const stored = (keys: ReadonlyArray<string>) =>
      store.read({ name: projection, generation: id }, { _tag: "Keys", keys }).pipe(Effect.orDie)
    const done = (write: (batch: Batch) => Effect.Effect<unknown>) => store.update(id, write, { wait: true })
    const head = yield* store.update(id, (batch) => Effect.succeed(batch.head), { wait: true })
    const result = yield* body({
      generation,
      partition: 0,
      head: Option.getOrThrow(head),
      readHead: Effect.map(store.update(id, (batch) => batch.readHead, { wait: true }), Option.getOrThrow),
      rows: (keys) => Effect.andThen(Effect.sleep(1), Effect.map(stored(keys), ({ rows }) => rows)),
      parked: (streams) => Effect.succeed(parked.filter(({ stream }) => streams.includes(stream))),
      discarded: () => Effect.succeed(discarded.map(({ position }) => position)),
      writeRows: (changes) => Effect.delay(Effect.asVoid(done((batch) => Effect.orDie(batch.writeRows(changes)))), 1),
      outside: (effect) => effect,
      undoOnFailure: (effect) => effect,
      save: (changes) => Effect.delay(Effect.asVoid(done((batch) => Effect.orDie(batch.save(changes)))), 1),
      add: (addition) => Effect.asVoid(done((batch) => Effect.orDie(batch.add(addition)))),
      redefine: (definition) => Effect.asVoid(done((batch) => Effect.orDie(batch.redefine(definition)))),
      discard: (events) => Effect.asVoid(done((batch) => Effect.orDie(batch.discard(events)))),
      promote: Effect.map(
        store.update(id, (batch) => batch.promote, { wait: true }),
        Option.getOrElse(() => false)
      )
    })
    return Option.some(result)
  })
}))

/** Readers see new rows before the rebuild is complete. */
export const promotesEarly = batches((batch) => ({
  save: (changes) => Effect.andThen(batch.save(changes), Effect.asVoid(batch.promote))
}))

export const ignoresParkedStreams = batches(() => ({ parked: () => Effect.succeed([]) }))

/** A retry that fails unparks the stream. */
export const unparksAfterAFailedRetry = saves(({ parked, unparked }) =>
  parked.some(({ attempts }) => attempts > 1)
    ? { parked: [], unparked: [...unparked, ...parked.map(({ stream }) => stream)] }
    : {}
)

export const forgetsDiscardsInRebuilds = batches(({ discarded, generation }) => ({
  discarded: (after, upTo) => generation.status === "Building" ? Effect.succeed([]) : discarded(after, upTo)
}))

export const recordsNoDiscards = batches(() => ({ discard: () => Effect.void }))

export const overwritesNewerRows = saves(() => ({ keepsNewer: false }))

/** The checkpoint passes an event that is too new for the code. */
export const passesNewerEvents = saves(({ newer }, { head }) =>
  newer === undefined ? {} : { checkpoint: head.position }
)

/** Reads the live rows for every reader, in any version and with any definition. */
export const readsLiveRowsOnly = rows(({ generations, read }) => ({
  read: (source, selection) =>
    Effect.flatMap(generations(source.name), (all) => {
      const live = all.find(({ status }) => status === "Live")
      return read(live === undefined ? source : { name: source.name, generation: live.id }, selection)
    })
}))

/** The revision does not change with the rows. */
export const hidesChanges = rows(({ generations, read }) => ({
  generations: (projection) =>
    Effect.map(generations(projection), (all) => all.map((generation) => ({ ...generation, revision: "0" }))),
  read: (source, selection) =>
    Effect.map(read(source, selection), (selected) => ({
      ...selected,
      generation: { ...selected.generation, revision: "0" }
    }))
}))

/** Reports a checkpoint that it has not reached. */
export const reportsALaterCheckpoint = rows(({ generations }) => ({
  generations: (projection) =>
    Effect.map(
      generations(projection),
      (all) => all.map((generation) => ({ ...generation, checkpoint: 2 ** 50 as Position }))
    )
}))

export const ignoresDescending = rows(({ read }) => ({
  read: (source, selection) =>
    read(
      source,
      selection._tag === "Query" ? { ...selection, query: { ...selection.query, descending: false } } : selection
    )
}))

/** The next page skips all rows with the same values as the last row, as if the order did not include the key. */
export const skipsTies = rows(({ read }) => ({
  read: (source, selection) =>
    Effect.map(read(source, selection), (selected) => {
      if (selection._tag === "Keys" || selection.query.after === undefined) return selected
      const { after: { values }, sort } = selection.query
      const isLike = ({ state }: (typeof selected.rows)[number]) =>
        values.length > 0 && sort.every(({ field }, index) => Reflect.get(Object(state), field) === values[index])
      return { ...selected, rows: selected.rows.filter((row) => !isLike(row)) }
    })
}))

/** Stores the rows of an append that is refused, as a separate statement would. */
export const writesRowsOfRefusedAppends = memory((services) => {
  const { append: _, ...adapter } = Context.get(services, EventStore.EventStore)
  const { catchUpRows } = Context.get(services, ReadModelStore)
  const write = (row: InlineRow) =>
    Effect.flatMap(
      adapter.head,
      (position) =>
        catchUpRows({ name: row.projection, version: row.version, definition: row.definition }, [
          { key: row.stream, state: row.state, position, version: StreamVersion(99) }
        ])
    )
  return EventStore.context({
    ...adapter,
    commit: (commit, inline = []) =>
      Effect.tapError(adapter.commit(commit, inline), () => Effect.orDie(Effect.forEach(inline, write)))
  })
})

/** Does not store the rows of appends. */
export const writesNoInlineRows = memory((services) => {
  const { append: _, ...adapter } = Context.get(services, EventStore.EventStore)
  return EventStore.context({ ...adapter, commit: (commit) => adapter.commit(commit) })
})

/** A cache that returns the same objects to every caller. */
export const cachesSharedRows: RowQueryLaws.MakeCache = (projection) => {
  const kept = new Map<string, unknown>()
  const once = <Question, A, E, R>(read: (question: Question) => Effect.Effect<A, E, R>) => (question: Question) => {
    const key = JSON.stringify(question ?? null)
    const found = kept.get(key)
    // Only answers to this query are stored under this key.
    return found === undefined
      ? Effect.tap(read(question), (answer) => Effect.sync(() => kept.set(key, answer)))
      : Effect.succeed(found as A)
  }
  return Effect.succeed({
    get: once((key: string) => ReadModel.get(projection, key)),
    query: once((asked: Parameters<typeof ReadModel.query<Sample.Event, unknown, "byCoins" | "byText">>[1]) =>
      ReadModel.query(projection, asked)
    )
  })
}

// All partitions get one checkpoint, and no event is read for it.
const jumps = (to: (...checkpoints: ReadonlyArray<number>) => number) =>
  rows(({ repartition, updateAll }) => ({
    repartition: (id, asked) =>
      Effect.andThen(
        updateAll(id, (batches) => {
          const checkpoint = Position(to(...batches.map(({ generation }) => generation.checkpoint)))
          const saved = { ...nothing, keepsNewer: false, checkpoint, rate: 0 }
          return Effect.forEach(batches, ({ save }) => save(saved), { discard: true })
        }),
        repartition(id, asked)
      )
  }))

/** A change of the number of partitions does not wait for those that are behind. */
export const skipsWhenPartitionsChange = jumps(Math.max)

/** A change of the number of partitions resets those that are ahead. */
export const repeatsWhenPartitionsChange = jumps(Math.min)
