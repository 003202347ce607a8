/** What happens to a book of the library. */
import { Schema } from "effect"
import { EventCodec, EventType } from "refold"

// The names and fields are the storage format: what is stored under them must stay readable.
export const BookAcquired = EventType.make("BookAcquired", Schema.Struct({ title: Schema.String }))
export const BookLent = EventType.make("BookLent", Schema.Struct({ to: Schema.String }))
export const BookReturned = EventType.make("BookReturned", Schema.Struct({ by: Schema.String }))

/** Encodes events as JSON, and decodes what is stored. */
export const codec = EventCodec.makeUnsafe([BookAcquired, BookLent, BookReturned])

export type BookEvent = typeof BookAcquired.Event | typeof BookLent.Event | typeof BookReturned.Event
