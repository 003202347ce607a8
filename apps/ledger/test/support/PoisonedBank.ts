// Real transactions with one event in their middle that the code cannot read, and what each projection makes of them.
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import type { Commit } from "refold/Commit"
import type { EventCodec } from "refold/EventCodec"
import { EventStore } from "refold/EventStore"
import type { NewEvent } from "refold/NewEvent"
import * as Parked from "refold/Parked"
import type { Projection } from "refold/Projection"
import * as ProjectionFold from "refold/ProjectionFold"
import * as Projector from "refold/Projector"
import * as ReadModel from "refold/ReadModel"
import type { RecordedEvent } from "refold/RecordedEvent"
import type { StreamName } from "refold/StreamName"
import * as Import from "../../src/import/Import.ts"

type Tagged = { readonly _tag: string }

/** An account in the middle of its life: the event comes after some transactions and before others. */
export const victim = { accountId: 3166, version: 12 } as const

const isVictim = (stream: StreamName): boolean => stream.endsWith(`-${victim.accountId}`)

// As a faulty program writes it: the schema version is known, and the shape is not that of this version.
const wrapped = (event: NewEvent): NewEvent => ({ ...event, data: { fields: event.data } })

const isWrapped = (data: RecordedEvent["data"]): data is { readonly fields: RecordedEvent["data"] } =>
  typeof data === "object" && data !== null && "fields" in data

/** A codec that reads the wrapped shape too. */
const repair = <Event extends Tagged>(codec: EventCodec<Event>): EventCodec<Event> => ({
  ...codec,
  decode: (stored) => codec.decode(isWrapped(stored.data) ? { ...stored, data: stored.data.fields } : stored)
})

// The store as the faulty program appends to it.
const poisoned = Effect.updateService(EventStore, (store) => {
  const spoil = (write: Commit["writes"][number]): Commit["writes"][number] => {
    const first = write.expected._tag === "Exact" ? write.expected.version + 1 : 1
    const spoiled = write.events.map((event, index) =>
      isVictim(write.stream) && first + index === victim.version ? wrapped(event) : event
    )
    return { ...write, events: spoiled }
  }
  return EventStore.of({
    ...store,
    commit: ({ writes: [one, ...others], ...commit }, inline) =>
      store.commit({ ...commit, writes: [spoil(one), ...others.map(spoil)] }, inline)
  })
})

/** Imports a folder, and gives the log. */
export const imported = Effect.fnUntraced(function*(folder: string) {
  yield* poisoned(Import.run(folder))
  return yield* Stream.runCollect((yield* EventStore).readAll())
})

/** The place of the event: the number of events before it, and of its account's events after it. */
export const placeIn = (log: ReadonlyArray<RecordedEvent>) => {
  const at = log.findIndex(({ data }) => isWrapped(data))
  return { before: at, after: log.slice(at + 1).filter(({ stream }) => isVictim(stream)).length }
}

// The result of a projection: keys are those of rows that differ from a refold.
interface Found {
  readonly projection: string
  readonly parked: ReadonlyArray<Pick<StreamPlace, "version" | "stage" | "attempts">>
  readonly unequalOthers: ReadonlyArray<string>
  readonly isParkedAgain: boolean
  readonly isParkedRepaired: boolean
  readonly unequalRepaired: ReadonlyArray<string>
}

type StreamPlace = Effect.Success<ReturnType<typeof Parked.list>>[number]

/** Runs a projection over the log with the poisoned event, with the faulty code and then with the fixed code. */
export const find = Effect.fnUntraced(function*<Event extends Tagged, State, Index extends string>(
  projection: Projection<Event, State, Index>,
  log: ReadonlyArray<RecordedEvent>
) {
  const repaired = { ...projection, events: repair(projection.events) }
  const isBefore = ({ stream, version }: RecordedEvent) => !isVictim(stream) || version < victim.version
  yield* Projector.catchUp(projection, { attempts: 2, backoff: "1 millis" })
  const parked = yield* Parked.list(projection)
  const stream = parked[0]?.stream ?? log[0]!.stream
  const unequalOthers = projection.isInline
    ? yield* unequalOneByOne(projection, refolded(repaired, log), stream)
    : unequal(refolded(repaired, log.filter(isBefore)), yield* Stream.runCollect(ReadModel.stream(projection)))
  const again = yield* Parked.retry(projection, stream)
  const afterwards = yield* Parked.retry(repaired, stream)
  const found: Found = {
    projection: projection.name,
    parked: parked.map(({ attempts, stage, version }) => ({ version, stage, attempts })),
    unequalOthers,
    isParkedAgain: Option.isSome(again),
    isParkedRepaired: Option.isSome(afterwards),
    unequalRepaired: unequal(refolded(repaired, log), yield* Stream.runCollect(ReadModel.stream(repaired)))
  }
  return found
})

const refolded = <Event extends Tagged, State>(
  projection: Projection<Event, State, string>,
  log: ReadonlyArray<RecordedEvent>
): ReadonlyMap<string, State> => {
  const { rows } = ProjectionFold.refold(projection, log)
  return new Map([...rows].map(([key, { state }]) => [key, Result.getOrThrow(projection.decode(state))]))
}

const unequal = (
  expected: ReadonlyMap<string, unknown>,
  rows: ReadonlyArray<{ readonly key: string; readonly state: unknown }>
): ReadonlyArray<string> => {
  const states = new Map(rows.map(({ key, state }) => [key, state]))
  const keys = new Set([...expected.keys(), ...states.keys()])
  return [...keys].filter((key) => !Equal.equals(expected.get(key), states.get(key)))
}

// A reader of inline rows folds what they lack, so the row of the parked stream cannot be read, and no page that holds it.
const unequalOneByOne = Effect.fnUntraced(function*<Event extends Tagged, State>(
  projection: Projection<Event, State, string>,
  expected: ReadonlyMap<string, State>,
  parked: StreamName
) {
  const error = yield* Effect.flip(ReadModel.get(projection, parked))
  if (error._tag !== "PoisonedEvent") return [parked]
  const some = [...expected].filter(([key], index) => key !== parked && index % 10 === 0)
  const rows = yield* Effect.forEach(some, ([key]) => ReadModel.get(projection, key))
  return unequal(new Map(some), rows.flatMap(Option.toArray))
})
