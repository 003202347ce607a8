/** The story as one JSON document. Money is in whole minor units (hellers, cents), times in ISO 8601 and UTC. */
import type { ChapterRun } from "../story/Story.ts"

type Json = Readonly<Record<string, unknown>>

/** The document: the facts of all chapters and their checks. Its names are a contract: scripts read them. */
export const document = (runs: ReadonlyArray<ChapterRun>, eventsStored: number): Json => ({
  eventsStored,
  ...runs.reduce<Json>((merged, { facts }) => merge(merged, facts), {}),
  checks: runs.flatMap(({ checks }) => checks)
})

// Chapters add to the same objects: `readSide` is of seven chapters.
const merge = (one: Json, other: Json): Json => {
  const merged: Record<string, unknown> = { ...one }
  for (const [name, value] of Object.entries(other)) {
    const before = merged[name]
    merged[name] = isJson(before) && isJson(value) ? merge(before, value) : value
  }
  return merged
}

const isJson = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value)
