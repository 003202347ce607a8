/** A position in the global log. Positions order events and may have gaps: compare them, never compute with them. */
import type * as Brand from "effect/Brand"

/** The position of an event in the global log, 1 or more; 0 = before the first event. */
export type Position = number & Brand.Brand<"Position">

/** Brands a safe integer of 0 or more. Not checked here: adapters check their input. */
export const Position = (n: number): Position => n as Position

/** Before the first event. */
export const start = Position(0)
