/** Questions about the log that have one answer: where an event is, how far streams have come, how far readers may go. */
import * as EventId from "@refold/core/event/EventId"
import { Position } from "@refold/core/event/Position"
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import * as StreamName from "@refold/core/event/StreamName"
import { StreamVersion } from "@refold/core/event/StreamVersion"
import type { Holder, ReadBound, ReadFailure } from "@refold/store/log/EventReader"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type { Database } from "./Database.ts"
import * as EventRows from "./EventRows.ts"
import type { Head } from "./Head.ts"
import { query } from "./Query.ts"

/** The event with this id. */
export const findEvent = Effect.fnUntraced(function*(
  database: Database,
  id: EventId.EventId
): Effect.fn.Return<Option.Option<RecordedEvent>, ReadFailure> {
  const checked = yield* Effect.fromResult(EventId.parse(id))
  const [row] = yield* query<EventRows.EventRow>(database, "find event", "queries/find_event", { id: checked })
  return Option.map(Option.fromNullishOr(row), EventRows.decode)
})

/** The versions of streams, in their order; 0 for one without events. */
export const streamVersions = Effect.fnUntraced(function*(
  database: Database,
  streams: ReadonlyArray<StreamName.StreamName>
): Effect.fn.Return<ReadonlyArray<StreamVersion>, ReadFailure> {
  const checked = yield* Effect.fromResult(
    Result.all(streams.map((stream, index) => StreamName.parse(stream, `streams[${index}]`)))
  )
  const rows = yield* query<{ readonly version: bigint }>(database, "read versions", "queries/stream_versions", {
    streams: checked
  })
  return rows.map(({ version }) => StreamVersion(Number(version)))
})

interface HolderRow {
  readonly pid: number | null
  readonly gid: string | null
  readonly application: string | null
  readonly role: string | null
  readonly since: Date
}

type BoundRow = { readonly last: bigint } & (HolderRow | { readonly since: null })

/** How far readers may go, and who holds positions above. */
export const readBound = Effect.fnUntraced(function*(
  database: Database,
  { current }: Head
): Effect.fn.Return<ReadBound, ReadFailure> {
  // In this order: see read_bound.sql.
  const head = yield* current
  const rows = yield* query<BoundRow>(database, "read bound", "queries/read_bound")
  return {
    head,
    last: Position(Number(rows[0]!.last)),
    heldBackBy: rows.flatMap((row) => row.since === null ? [] : [holder(row)])
  }
})

const holder = ({ application, gid, pid, role, since }: HolderRow): Holder => {
  const details = [
    application === null || application === "" ? [] : `application "${application}"`,
    role === null ? [] : `user ${role}`
  ].flat()
  // A prepared transaction that is committed just now has no name any more.
  const who = pid === null ? `prepared transaction "${gid ?? "?"}"` : `session ${pid}`
  return {
    description: details.length === 0 ? who : `${who} (${details.join(", ")})`,
    since: DateTime.fromDateUnsafe(since)
  }
}
