/** The state of a run of an import: the lines read, and the items not yet stored. Mutable, because it changes with every line. */
import * as Sha256 from "@refold/core/internal/journal/Sha256"
import type * as Effect from "effect/Effect"
import type { ImportBatch, ImportProgress, ImportTarget } from "../Maintenance.ts"
import * as StoreLine from "./StoreLine.ts"

/** Reports the progress of an import after each batch. */
export type OnProgress = (progress: Pick<ImportProgress, "lines" | "counts">) => Effect.Effect<void>

/** The state of a run. */
export interface State {
  readonly target: ImportTarget
  readonly onProgress: OnProgress
  readonly sha: Sha256.Lines
  /** The number of lines read. */
  line: number
  header: StoreLine.Header | undefined
  resumedAfter: number
  stored: ImportProgress
  /** The items that are read and not stored, those of the last lines. */
  batch: { readonly kind: ImportBatch["kind"]; readonly items: Array<unknown>; length: number }
  isEnded: boolean
}

/** Before the first line. */
export const start = (target: ImportTarget, onProgress: OnProgress): State => ({
  target,
  onProgress,
  sha: Sha256.lines(),
  line: 0,
  header: undefined,
  resumedAfter: 0,
  stored: { lines: 0, sha256: "", position: 0, counts: StoreLine.noCounts },
  batch: { kind: "event", items: [], length: 0 },
  isEnded: false
})
