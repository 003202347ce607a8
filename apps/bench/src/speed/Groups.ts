/** All groups of measurements, in their order. */
import type { Group } from "./Group.ts"
import { inProcess, programs, promises } from "./groups/Programs.ts"
import { growth, loads, projections } from "./groups/Reads.ts"
import { appends, commands } from "./groups/Writes.ts"
import type { Scale } from "./Scale.ts"

/** The groups of a run. */
export const groups = (scale: Scale): ReadonlyArray<Group> => [
  ...appends(scale),
  ...commands(scale),
  ...loads(scale),
  ...projections(scale),
  growth(scale),
  ...programs(scale),
  ...inProcess(scale),
  ...promises(scale)
]
