/**
 * Names that no other run uses: a store may be shared and may keep the data of earlier runs. Generated programs contain
 * a placeholder in every stream name, idempotency key and event id; each run replaces it by a random text of the same
 * length.
 */
import type { EventId } from "@refold/core/event/EventId"
import type { Json } from "@refold/core/event/Json"
import type { NewEvent } from "@refold/core/event/NewEvent"
import type { StreamName } from "@refold/core/event/StreamName"
import type { Commit } from "@refold/core/journal/Commit"
import * as Arr from "effect/Array"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"

/** The part of a name that each run replaces. It is hexadecimal because it also occurs in UUIDs. */
export const placeholder = "fade0fade0fa"

/** The event id number `n` of a program. */
export const eventId = (n: number): EventId => uuid(placeholder, n)

// A UUID of version 7 from twelve hexadecimal digits and a number.
const uuid = (digits: string, n: number): EventId =>
  `${digits.slice(0, 8)}-${digits.slice(8)}-7000-8000-${n.toString(16).padStart(12, "0")}` as EventId

/** An arbitrary event, identified by its data. */
export const note = (data: Json, n: number): NewEvent => ({
  id: eventId(n),
  type: "Noted",
  schemaVersion: 1,
  data,
  metadata: {},
  occurredAt: DateTime.makeUnsafe(0)
})

/** A stream of such events. */
export const noteStream = (name: string): StreamName => `notes${placeholder}-${name}` as StreamName

/** Replaces the placeholder in names and commits. */
export interface FreshNames {
  readonly text: (name: string) => string
  readonly stream: (name: StreamName) => StreamName
  readonly eventId: (id: EventId) => EventId
  readonly commit: (commit: Commit) => Commit
}

/** The names of a new run. */
export const make: Effect.Effect<FreshNames> = Effect.sync(() => of(globalThis.crypto.randomUUID().slice(-12)))

const of = (tag: string): FreshNames => {
  const text = (name: string) => name.replaceAll(placeholder, tag)
  // Only the category changes. Its length stays the same.
  const stream = (name: StreamName) => text(name) as StreamName
  const event = (event: NewEvent): NewEvent => ({ ...event, id: freshId(event.id, tag) })
  return {
    text,
    stream,
    eventId: (id) => freshId(id, tag),
    commit: ({ idempotency, writes }) => ({
      writes: Arr.map(writes, (write) => ({
        ...write,
        stream: stream(write.stream),
        ...(write.lastEventId === undefined ? {} : { lastEventId: freshId(write.lastEventId, tag) }),
        events: write.events.map(event)
      })),
      ...(idempotency === undefined ? {} : { idempotency: { ...idempotency, key: text(idempotency.key) } })
    })
  }
}

// Keeps upper and lower case: both spellings of a UUID are the same id.
const freshId = (id: EventId, tag: string): EventId => {
  const [own, theirs] = [uuid(tag, 0).slice(0, 13), uuid(placeholder, 0).slice(0, 13)]
  return id.replace(theirs, own).replace(theirs.toUpperCase(), own.toUpperCase()) as EventId
}
