/** Lists streams page by page, each page after the last name of the one before. */
import type * as StreamName from "@refold/core/event/StreamName"
import type { ListedStream } from "@refold/core/journal/StreamList"
import * as Effect from "effect/Effect"

/** All pages. Stops at one that makes no progress, because a broken store could give such pages without end. */
export const pages = Effect.fnUntraced(function*<E, R>(
  page: (after: StreamName.StreamName | undefined) => Effect.Effect<ReadonlyArray<ListedStream>, E, R>
) {
  const all: Array<ListedStream> = []
  for (;;) {
    const after = all.at(-1)?.stream
    const next = yield* page(after)
    const last = next.at(-1)
    all.push(...next)
    if (last === undefined || last.stream === after) return all
  }
})
