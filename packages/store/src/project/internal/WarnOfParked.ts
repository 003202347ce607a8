/** Logs the streams that a batch has parked, after its transaction has committed. Otherwise only the status shows them. */
import { printable } from "@refold/core/internal/event/Printable"
import * as StoredDefinition from "@refold/core/internal/project/StoredDefinition"
import * as Effect from "effect/Effect"
import type { NewlyParked } from "./Checkpoint.ts"
import type { ProjectionTarget } from "./ProjectionTarget.ts"

/** Logs a warning for each stream that was parked, with the reason and what to do. */
export const warnOfParked = (
  target: Pick<ProjectionTarget, "definition" | "name">,
  parked: ReadonlyArray<NewlyParked> = []
): Effect.Effect<void> => Effect.forEach(parked, (one) => Effect.logWarning(lineOf(target, one)), { discard: true })

const lineOf = (
  { definition, name }: Pick<ProjectionTarget, "definition" | "name">,
  { attempts, reason, stream, type, version }: NewlyParked
): string => {
  const kind = StoredDefinition.runnableKind(definition)
  return printable(
    `${kind} "${name}" has parked stream "${stream}" at event ${version} (${type}) after ${attempts} ${
      attempts === 1 ? "attempt" : "attempts"
    }: ${reason}. This event and all later ones of the stream are skipped: repair the cause and call Parked.retry, or skip the event with Parked.discard`
  )
}
