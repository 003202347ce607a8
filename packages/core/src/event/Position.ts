/** A place in the global log. Positions order events; they may have gaps, so compare order, never distance. */
import type * as Brand from "effect/Brand"

/** The place of an event in the global log, 1 or more; 0 = before the first event. */
export type Position = number & Brand.Brand<"Position">

/** Brands a number that is known to be a safe integer of 0 or more. Checked wherever it enters an adapter. */
export const Position = (n: number): Position => n as Position

/** Before the first event. */
export const start = Position(0)
