/** The rows of inline projections, stored together with the events of a commit. */
import type { Appended } from "@refold/core/journal/Commit"
import type { InlineRow } from "@refold/store/log/EventStore"
import * as Generations from "./Generations.ts"

/** Adds these rows; each has the position and version of the last event that the commit appended to its stream. */
export const withInline = (
  all: Generations.Generations,
  inline: ReadonlyArray<InlineRow>,
  { streams }: Appended
): Generations.Generations =>
  inline.reduce((next, { definition, projection, state, stream, version }) => {
    const place = streams.find((write) => write.stream === stream)
    if (place === undefined) return next
    const row = { key: stream, state, position: place.position, version: place.version }
    return Generations.saveNewer(next, { name: projection, version, definition }, [row])
  }, all)
