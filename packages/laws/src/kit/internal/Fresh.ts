/**
 * Names that no other run uses, for a store outlives a run and may be shared. Generated programs carry a placeholder in
 * every stream name, idempotency key and event id; each run puts a text of its own in its place, of the same length.
 */
import type { EventId } from "@refold/core/event/EventId"
import type { Json } from "@refold/core/event/Json"
import type { NewEvent } from "@refold/core/event/NewEvent"
import type { StreamName } from "@refold/core/event/StreamName"
import type { Commit } from "@refold/core/journal/Commit"
import * as Arr from "effect/Array"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"

/** Stands in names; hexadecimal, so that it can stand in a UUID. */
export const placeholder = "fade0fade0fa"

/** The `n`-th event id of a program. */
export const eventId = (n: number): EventId => uuid(placeholder, n)

// Made of twelve hexadecimal digits and a number, a UUID of version 7.
const uuid = (digits: string, n: number): EventId =>
  `${digits.slice(0, 8)}-${digits.slice(8)}-7000-8000-${n.toString(16).padStart(12, "0")}` as EventId

/** An event that says who wrote it and as what. */
export const note = (data: Json, n: number): NewEvent => ({
  id: eventId(n),
  type: "Noted",
  schemaVersion: 1,
  data,
  metadata: {},
  occurredAt: DateTime.makeUnsafe(0)
})

/** A stream for notes. */
export const noteStream = (name: string): StreamName => `notes${placeholder}-${name}` as StreamName

export interface Fresh {
  readonly text: (name: string) => string
  readonly stream: (name: StreamName) => StreamName
  readonly commit: (commit: Commit) => Commit
}

/** The names of one run. */
export const make: Effect.Effect<Fresh> = Effect.sync(() => of(globalThis.crypto.randomUUID().slice(-12)))

const of = (tag: string): Fresh => {
  const text = (name: string) => name.replaceAll(placeholder, tag)
  // Only the category changes, and keeps its length.
  const stream = (name: StreamName) => text(name) as StreamName
  const event = (event: NewEvent): NewEvent => ({ ...event, id: freshId(event.id, tag) })
  return {
    text,
    stream,
    commit: ({ idempotency, writes }) => ({
      writes: Arr.map(writes, (write) => ({
        ...write,
        stream: stream(write.stream),
        events: Arr.map(write.events, event)
      })),
      ...(idempotency === undefined ? {} : { idempotency: { ...idempotency, key: text(idempotency.key) } })
    })
  }
}

// In the case of the original: the two ways to write a UUID are one id.
const freshId = (id: EventId, tag: string): EventId => {
  const [own, theirs] = [uuid(tag, 0).slice(0, 13), uuid(placeholder, 0).slice(0, 13)]
  return id.replace(theirs, own).replace(theirs.toUpperCase(), own.toUpperCase()) as EventId
}
