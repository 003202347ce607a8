/** The JSON document that `--json` prints. */
import { DateTime } from "effect"
import type { AllRows } from "../story/Questions.ts"
import type { StoryResult } from "../story/Story.ts"

/** The document: amounts are minor units as texts of digits, times are in UTC. */
export interface Document {
  /** The events of users, orders and payments. */
  readonly events_stored: number
  /** For each projection, its rows by key. */
  readonly projections: AllRows
  /** The rows as of an instant: by the events recorded by then, and by the events that had occurred by then. */
  readonly temporal_query: { readonly as_of: string; readonly recorded: AllRows; readonly occurred: AllRows }
}

/** The document of a story. */
export const of = ({ eventsStored, lastTuesday: { at, occurred, recorded }, projections }: StoryResult): Document => ({
  events_stored: eventsStored,
  projections,
  temporal_query: { as_of: DateTime.formatIso(at), recorded, occurred }
})
