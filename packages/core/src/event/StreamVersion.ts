/** The version of a stream: the number of its events. */
import type * as Brand from "effect/Brand"

/** The number of events in a stream; 0 = none. The version of an event is the stream's version just after it. */
export type StreamVersion = number & Brand.Brand<"StreamVersion">

/** Brands a safe integer of 0 or more. Not checked here: adapters check their input. */
export const StreamVersion = (n: number): StreamVersion => n as StreamVersion

/** The version of a stream without events. */
export const none = StreamVersion(0)
