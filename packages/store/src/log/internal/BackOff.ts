/** The pause before a writer who met a faster one tries again. */
import type { VersionConflict } from "@refold/core/journal/AppendError"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"

/** Exponential, jittered over the whole interval so that writers who collided spread out; then the conflict stands. */
export const waitForNext = (
  attempt: number,
  retries: number,
  conflict: VersionConflict
): Effect.Effect<void, VersionConflict> =>
  attempt <= retries
    ? Effect.flatMap(Random.next, (random) => Effect.sleep(random * Math.min(longest, 2 ** attempt)))
    : conflict

const longest = 200
