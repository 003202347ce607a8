/*
 * Writers that append random commits to a few shared streams and record the answers; and the check of the log against these
 * answers.
 */
import type { PgClient } from "@effect/sql-pg/PgClient"
import type { Commit } from "@refold/core/journal/Commit"
import * as ExpectedVersion from "@refold/core/journal/ExpectedVersion"
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import { randomUUID } from "node:crypto"
import { below } from "./Seed.ts"
import * as Stores from "./Stores.ts"

const streams = Arr.makeBy(6, (n) => Stores.streamName(`shared-${n}`))

/** Some events for one or two streams, sometimes with a guard or a key, at any version or at one that is probably wrong. */
const draw = (): Commit => {
  const first = below(streams.length)
  const write = (offset: number) => ({
    stream: streams[(first + offset) % streams.length]!,
    expected: below(3) === 0 ? ExpectedVersion.Exact(below(40)) : ExpectedVersion.Any,
    events: Arr.makeBy(1 + below(3), () => Stores.event({ data: below(20) === 0 ? "x".repeat(300_000) : "small" }))
  })
  const guard = { stream: streams[(first + 2) % streams.length]!, expected: ExpectedVersion.StreamExists, events: [] }
  return {
    writes: [write(0), ...(below(3) === 0 ? [write(1)] : []), ...(below(4) === 0 ? [guard] : [])],
    ...(below(4) === 0 ? { idempotency: { key: randomUUID() } } : {})
  }
}

/** A commit by the ids of its events, and its answer. */
export interface Sent {
  /** Of each write with events. */
  readonly ids: ReadonlyArray<ReadonlyArray<string>>
  /** "Success", the tag of the error, or "Interrupt" if the caller did not wait. Undefined without an answer. */
  readonly outcome?: string
  /** Where its events are stored, from the answer. */
  readonly streams?: ReadonlyArray<unknown>
}

/** One writer: sends commits one after the other, and interrupts some of them. `note` gets each before and after. */
export const write = (
  { store }: Pick<Stores.Opened, "store">,
  commits: number,
  note: (sent: Sent) => void
): Effect.Effect<void> =>
  Effect.forEach(Arr.range(1, commits), () => {
    const commit = draw()
    const ids = commit.writes.filter(({ events }) => events.length > 0).map(({ events }) => events.map(({ id }) => id))
    note({ ids })
    const sent = Effect.exit(store.commit(commit))
    const answered = below(8) === 0 ? Effect.timeoutOption(sent, below(20)) : Effect.map(sent, Option.some)
    return Effect.map(answered, (answer) => {
      const exit = Option.getOrElse(answer, () => Exit.interrupt())
      note({ ids, outcome: tagOf(exit), ...(Exit.isSuccess(exit) ? { streams: exit.value.streams } : {}) })
    })
  }, { discard: true })

const tagOf = (exit: Exit.Exit<unknown, { readonly _tag: string }>): string =>
  Exit.isSuccess(exit)
    ? "Success"
    : Option.match(Exit.findErrorOption(exit), { onNone: () => "Interrupt", onSome: ({ _tag }) => _tag })

/**
 * Closes connections of other sessions of the database, repeatedly, but never twice without a commit between: on a slow
 * machine, connections would be closed before their first statement.
 */
export const cutConnections = (admin: PgClient) => {
  const newest = Effect.map(
    admin<{ position: number }>`select coalesce(max(position), 0)::float8 as position from refold.event_store`,
    ([row]) => row!.position
  )
  return Effect.forever(Effect.gen(function*() {
    const before = yield* newest
    yield* Effect.sleep(20 + below(60))
    yield* Effect.repeat(newest, { until: (position) => position > before, schedule: Schedule.spaced("5 millis") })
    yield* admin`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid()
      order by md5(pid::text || ${String(below(1000))}) limit 1`
  }))
}

/** Contradictions of the log to the answers or to the order of a stream: lost, repeated, partial or wrongly answered commits. */
export const contradictions = Effect.fnUntraced(function*(admin: PgClient, notes: ReadonlyArray<Sent>) {
  const rows = yield* admin<{ id: string; stream: string; version: number; position: number }>`
    select event_id as id, stream, version::int as version, position::float8 as position
    from refold.event_store order by stream, version`
  const stored = new Map(rows.map((row) => [row.id, row]))
  // The last note of a commit holds its answer.
  const sent = new Map(notes.map((note) => [note.ids[0]![0]!, note]))
  const wrong: Array<unknown> = []
  for (const { ids, outcome, streams } of sent.values()) {
    const places = ids.map((ids) => ids.flatMap((id) => stored.get(id) ?? []))
    const count = places.flat().length
    const isWhole = count === 0 || count === ids.flat().length
    const isKnown = outcome !== undefined && !["OutcomeUnknown", "Interrupt"].includes(outcome)
    if (!isWhole || (isKnown && (outcome === "Success") !== count > 0)) wrong.push({ ids, outcome, count })
    if (streams !== undefined && count > 0) {
      const answered = streams as ReadonlyArray<typeof rows[number] & { readonly firstVersion: number }>
      const agrees = places.every((events, index) => {
        const { firstVersion, position, stream, version } = answered[index]!
        const [first, last] = [events[0]!, events.at(-1)!]
        return stream === first.stream && firstVersion === first.version && version === last.version &&
          position === last.position
      })
      if (!agrees) wrong.push({ places, streams })
    }
  }
  for (const stream of streams) {
    const own = rows.filter((row) => row.stream === stream)
    own.forEach(({ position, version }, index) => {
      const before = own[index - 1]
      if (version !== index + 1 || (before !== undefined && before.position >= position))
        wrong.push({ stream, version })
    })
  }
  const noted = new Set([...sent.values()].flatMap(({ ids }) => ids.flat()))
  for (const { id } of rows) if (!noted.has(id)) wrong.push({ unknown: id })
  return wrong
})
