/**
 * Chooses the generation of a reader, and checks the owner of one: by version and by definition, so that no code reads or
 * writes rows of another definition.
 */
import * as StoredDefinition from "@refold/core/internal/project/StoredDefinition"
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import { DefinitionMismatch, ProjectionNotReady, ProjectionOutdated, UnknownProjection } from "../ProjectionError.ts"
import type { Generation, NoRows, NotOwned, RowsIdentity, StoredProjection } from "../ReadModelStore.ts"

/**
 * The generation to read, of these of a projection: the live one if it is of the reader's version or definition; if a higher
 * version is live, the last one of the reader's own version while it is kept.
 */
export const choose = <G extends Generation>(
  reader: RowsIdentity,
  generations: ReadonlyArray<G>
): Result.Result<G, NoRows | DefinitionMismatch> =>
  Result.flatMap(findLive(reader.name, generations), (live) => {
    const isOwn = (one: G) => one.version === reader.version && one.definition === reader.definition
    const replaced = live.version > reader.version
      ? generations.findLast((one) => one.status === "Retired" && one.replacedAt !== undefined && isOwn(one))
      : undefined
    if (replaced !== undefined) return Result.succeed(replaced)
    return live.definition === reader.definition ? Result.succeed(live) : Result.fail(mismatch(reader, live))
  })

/** The live generation, of these of a projection. */
export const findLive = <G extends Generation>(
  projection: string,
  generations: ReadonlyArray<G>
): Result.Result<G, NoRows> => {
  const live = generations.find(({ status }) => status === "Live")
  if (live !== undefined) return Result.succeed(live)
  const building = generations.findLast(({ status }) => status === "Building")
  return Result.fail(
    building === undefined
      ? new UnknownProjection({ projection })
      : new ProjectionNotReady({ projection, checkpoint: building.checkpoint })
  )
}

/**
 * Checks that code may own generations of its version, given those of the projection: no higher version is live, its own
 * version has its definition, and a process or a consumer shares the name with its own kind only. The code of a process or a
 * consumer may have more event types.
 */
export const checkOwner = (
  owner: RowsIdentity,
  generations: ReadonlyArray<Generation>
): Result.Result<void, NotOwned> => {
  const { definition, name, version } = owner
  for (const generation of generations.filter(isUsed)) {
    if (StoredDefinition.areApart(generation.definition, definition)) return Result.fail(mismatch(owner, generation))
    if (generation.status === "Live" && generation.version > version) {
      return Result.fail(new ProjectionOutdated({ projection: name, version, live: generation.version }))
    }
    const checked = generation.version === version ? checkDefinition(owner, generation) : Result.void
    if (Result.isFailure(checked)) return checked
  }
  return Result.void
}

/** Checks that a generation has the definition of its owner, or that of a process or consumer with fewer event types. */
export const checkDefinition = (
  owner: RowsIdentity,
  generation: Generation
): Result.Result<void, DefinitionMismatch> => {
  // As soon as newer code has begun to add types, instances may hold events of them.
  const latest = generation.addition?.definition ?? generation.definition
  return latest === owner.definition || isMore(owner.definition, latest)
    ? Result.void
    : Result.fail(mismatch(owner, { ...generation, definition: latest }))
}

/** Checks that events are assigned to partitions as they were when the partitions were made. */
export const checkPartitions = (
  { partitionedBy, ...owner }: StoredProjection,
  generation: Generation
): Result.Result<void, DefinitionMismatch> =>
  generation.partitions === 1 || generation.partitionedBy === partitionedBy
    ? Result.void
    : Result.fail(
      new DefinitionMismatch({
        projection: owner.name,
        version: owner.version,
        stored: generation.version,
        differences: [
          `its partitions are by ${generation.partitionedBy}, and this code has them by ${partitionedBy ?? "nothing"}`
        ],
        remedy: "make it one partition with the former code"
      })
    )

/** Whether the owner is a process or a consumer that reads more events than its generation. */
export const isAddition = ({ definition }: RowsIdentity, { definition: stored }: Generation): boolean =>
  isMore(definition, stored)

const isMore = (own: string, stored: string): boolean =>
  own !== stored && StoredDefinition.isUnversioned(own) && !StoredDefinition.areApart(own, stored) &&
  StoredDefinition.covers(own, stored)

/** The time for which rows that a higher version has replaced are kept, for programs that still run the code of their version. */
const keptFor = "1 hour"

/** Whether a retired generation is still read: it was live, and a higher version has replaced it not long ago. */
export const isKept = (
  { replacedAt, status, version }: Generation,
  generations: ReadonlyArray<Generation>,
  now: DateTime.Utc
): boolean =>
  status === "Retired" && replacedAt !== undefined &&
  DateTime.isGreaterThan(DateTime.addDuration(replacedAt, keptFor), now) &&
  generations.some((other) => other.status === "Live" && other.version > version)

/** The error of an index that is used on rows of another version: it has the values of that version. */
export const otherIndex = (own: RowsIdentity, stored: Rendered): DefinitionMismatch =>
  mismatchOf(own, stored, ["the values of the indexes"])

const isUsed = ({ status }: Generation): boolean => status === "Live" || status === "Building"

type Rendered = Pick<Generation, "definition" | "version">

const mismatch = (own: RowsIdentity, stored: Rendered): DefinitionMismatch =>
  mismatchOf(own, stored, StoredDefinition.differences(stored.definition, own.definition))

const mismatchOf = (
  own: RowsIdentity,
  { definition, version: stored }: Rendered,
  differences: ReadonlyArray<string>
): DefinitionMismatch =>
  new DefinitionMismatch({
    projection: own.name,
    version: own.version,
    stored,
    differences,
    remedy: remedyFor(own, { definition, stored })
  })

const remedyFor = (
  own: RowsIdentity,
  { definition, stored }: { readonly definition: string; readonly stored: number }
): string => {
  if (StoredDefinition.areApart(own.definition, definition)) return "choose another name for one of the two"
  if (StoredDefinition.isUnversioned(own.definition)) {
    const runner = StoredDefinition.parse(own.definition).kind === "consumer" ? "Consumer" : "ProcessRunner"
    return `this code is older than the data: run newer code, or take the types out with ${runner}.redefine`
  }
  if (stored < own.version) return `run version ${own.version} with Projector and read it when its rows are live`
  return stored === own.version
    ? "raise the version of the definition that has changed, or choose another name if these are two projections"
    : "run newer code"
}
