/** Journals with one fault each. */
import type { EventId } from "@refold/core/event/EventId"
import { InvalidInput } from "@refold/core/event/InvalidInput"
import type { Json } from "@refold/core/event/Json"
import type { NewEvent } from "@refold/core/event/NewEvent"
import { check, type Commit, isGuard } from "@refold/core/journal/Commit"
import * as ExpectedVersion from "@refold/core/journal/ExpectedVersion"
import * as Journal from "@refold/core/journal/Journal"
import { defaults } from "@refold/core/journal/SizeLimits"
import * as Arr from "effect/Array"
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import { randomUUID } from "node:crypto"
import type { JournalModule } from "../../../src/journal/internal/JournalRun.ts"
import { withoutGuards } from "../../../src/journal/internal/Programs.ts"
import type { ReadFault } from "./Reads.ts"

type Append = JournalModule["append"]

const appending = (append: Append): JournalModule => ({ ...Journal, append })

/** A Journal with a fault in its reads. */
export const reading = (
  { request = (options) => options, response = (events) => events }: ReadFault
): JournalModule => {
  const change: (options: Parameters<typeof request>[0]) => object = request
  return {
    ...Journal,
    readStream: (journal, stream, options = {}) =>
      Result.map(Journal.readStream(journal, stream, change(options)), (events) => response(events, options)),
    readAll: (journal, options = {}) =>
      Result.map(Journal.readAll(journal, change(options)), (events) => response(events, options))
  }
}

const withAny = (commit: Commit): Commit => {
  const { writes, ...rest } = withoutGuards(commit)
  return {
    ...rest,
    writes: Arr.map(writes, ({ events, stream }) => ({ stream, expected: ExpectedVersion.Any, events }))
  }
}

const withEvents = (commit: Commit, change: (event: NewEvent) => NewEvent): Commit => ({
  ...commit,
  writes: Arr.map(commit.writes, (write) => ({ ...write, events: write.events.map(change) }))
})

// A fault in the stored data. Invalid data stays invalid.
const storing = (change: (commit: Commit) => Commit) =>
  appending((journal, commit, at) =>
    Journal.append(journal, Result.match(check(commit), { onFailure: () => commit, onSuccess: change }), at)
  )

export const ignoresLimits = appending((journal, commit, at) => Journal.append(journal, commit, at))

export const countsTheSentText = appending((journal, commit, at, limits) => {
  const checked = check(commit)
  const { eventData } = { ...defaults, ...limits }
  return Result.isSuccess(checked)
      && checked.success.writes.some(({ events }) => events.some(({ data }) => JSON.stringify(data).length > eventData))
    ? Result.fail(new InvalidInput({ field: "writes[0].events[0].data", rule: "must be shorter" }))
    : Journal.append(journal, commit, at)
})

export const ignoresGuards = storing(withoutGuards)

/** Appends at the right version, after any last event. */
export const ignoresLastEvents = storing((commit) => ({
  ...commit,
  writes: Arr.map(commit.writes, (write) => ({ ...write, lastEventId: undefined }))
}))

export const fingerprintsGuards = storing((commit) => {
  const { idempotency } = commit
  if (idempotency === undefined || idempotency.fingerprint !== undefined) return commit
  const fingerprint = JSON.stringify(
    commit.writes.map(({ events, stream }) => [stream, events.map(({ data }) => data)])
  )
  return { ...commit, idempotency: { ...idempotency, fingerprint } }
})

/** The result also has a place for each guard. */
export const answersGuards = appending((journal, commit, at) =>
  Result.map(Journal.append(journal, commit, at), ([next, appended]) => {
    const [first] = appended.streams
    const guards = commit.writes.filter(isGuard).map(({ stream }) => ({ ...first, stream }))
    return [next, { ...appended, streams: Arr.appendAll(appended.streams, guards) }]
  })
)

export const storesWhatItRefuses = appending((journal, commit, at) => {
  const before = { ...journal }
  const appended = Journal.append(before, commit, at)
  const isConflict = Result.isFailure(appended) && appended.failure._tag === "VersionConflict"
  // The empty journal is shared.
  if (isConflict && journal !== Journal.empty) {
    Object.assign(
      journal,
      Result.match(Journal.append(before, withAny(commit), at), {
        onFailure: () => before,
        onSuccess: ([stored]) => stored
      })
    )
  }
  return appended
})

export const storesTheFirstWriteOnly = appending((journal, commit, at) =>
  Journal.append(journal, { ...commit, writes: Arr.take(commit.writes, 1) as unknown as Commit["writes"] }, at)
)

export const growsInPlace = appending((journal, commit, at) =>
  journal === Journal.empty
    ? Journal.append({ ...journal }, commit, at)
    : Result.map(Journal.append({ ...journal }, commit, at), ([next, appended]) => {
      Object.assign(journal, next)
      return [journal, appended]
    })
)

export const checksVersionsBeforeKeys = appending((journal, commit, at) => {
  const unkeyed = Journal.append(journal, { writes: commit.writes }, at)
  return Result.isFailure(unkeyed) && unkeyed.failure._tag === "VersionConflict"
    ? Result.fail(unkeyed.failure)
    : Journal.append(journal, commit, at)
})

export const reportsRetriesAsNew = appending((journal, commit, at) =>
  Result.map(Journal.append(journal, commit, at), ([next, appended]) => [next, { ...appended, deduplicated: false }])
)

export const ignoresFingerprints: JournalModule = {
  ...Journal,
  append: (journal, { idempotency, writes }, at) =>
    Journal.append(
      journal,
      idempotency === undefined ? { writes } : { writes, idempotency: { ...idempotency, fingerprint: "any" } },
      at
    ),
  findAppended: (journal, { key }) => Journal.findAppended(journal, { key, fingerprint: "any" })
}

export const forgetsKeys: JournalModule = { ...Journal, findAppended: () => Result.succeedNone }

export const forgetsPermanentKeys = appending((journal, { idempotency, writes }, at) =>
  Journal.append(
    journal,
    idempotency === undefined ? { writes } : { writes, idempotency: { ...idempotency, neverExpires: false } },
    at
  )
)

export const forgetsYoungKeys: JournalModule = {
  ...Journal,
  forgetKeys: (journal, before) => Journal.forgetKeys(journal, DateTime.add(before, { milliseconds: 1 }))
}

export const keepsOldKeys: JournalModule = { ...Journal, forgetKeys: (journal) => Result.succeed([journal, 0]) }

/** Deletes keys, and reports 0 deleted keys. */
export const doesNotCountKeys: JournalModule = {
  ...Journal,
  forgetKeys: (journal, before) => Result.map(Journal.forgetKeys(journal, before), ([next]) => [next, 0])
}

export const ignoresExpectations = appending((journal, commit, at) =>
  Result.orElse(
    Journal.append(journal, commit, at),
    (error) => error._tag === "VersionConflict" ? Journal.append(journal, withAny(commit), at) : Result.fail(error)
  )
)

export const returnsFirstVersions = appending((journal, commit, at) =>
  Result.map(Journal.append(journal, commit, at), ([next, { streams, ...appended }]) => [
    next,
    { ...appended, streams: Arr.map(streams, (place) => ({ ...place, version: place.firstVersion })) }
  ])
)

/** Stores a repeated event under a new id, and returns it under its original id. */
export const storesEventsTwice = (): JournalModule => {
  const shown = new Map<string, EventId>()
  const renamed = (event: NewEvent): NewEvent => {
    const id = randomUUID() as EventId
    shown.set(id, event.id)
    return { ...event, id }
  }
  const again = reading({
    response: (events) => events.map((event) => ({ ...event, id: shown.get(event.id) ?? event.id }))
  })
  return {
    ...again,
    append: (journal, commit, at) =>
      Result.orElse(Journal.append(journal, commit, at), (error) =>
        error._tag === "DuplicateEventId"
          ? Journal.append(journal, withEvents(commit, renamed), at)
          : Result.fail(error))
  }
}

const naiveCopy = (json: Json): Json => {
  if (typeof json !== "object" || json === null) return json
  if (Array.isArray(json)) return json.map(naiveCopy)
  const copied: Record<string, Json> = {}
  for (const [key, value] of Object.entries(json)) copied[key] = naiveCopy(value)
  return copied
}

export const losesProtoKeys = appending((journal, commit, at) =>
  Journal.append(journal, withEvents(commit, (event) => ({ ...event, data: naiveCopy(event.data) })), at)
)

export const cutsLongTypes = appending((journal, commit, at) =>
  Journal.append(journal, withEvents(commit, (event) => ({ ...event, type: event.type.slice(0, 255) })), at)
)

export const namesOnlyTheField = appending((journal, commit, at) =>
  Result.mapError(Journal.append(journal, commit, at), (error) =>
    error._tag === "InvalidInput"
      ? new InvalidInput({ rule: error.rule, field: error.field.replace(/(?<=\.data).*/s, "") })
      : error)
)
