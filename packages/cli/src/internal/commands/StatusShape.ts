/** The status of projections, processes and consumers as records and as rows of a table. */
import * as StoredDefinition from "@refold/core/internal/project/StoredDefinition"
import type { ReadBound } from "@refold/store/log/EventReader"
import * as ProjectionStatus from "@refold/store/project/ProjectionStatus"
import { ReadModelStore } from "@refold/store/project/ReadModelStore"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Shape } from "../frame/Output.ts"
import { time } from "./EventShape.ts"

/** A generation of a projection, the observer of a process, or a consumer. */
export interface RunnableStatus {
  readonly name: string
  readonly kind: StoredDefinition.RunnableKind
  readonly version: number
  readonly status: "live" | "building"
  readonly position: number
  readonly lag: number
  readonly lagSeconds: number
  readonly rate: number
  readonly done: number
  readonly partitions: number
  readonly parked: number
  /** The event before which it waits for newer code: its stream and version. */
  readonly waitsAt: string | null
}

/** The status of the log. */
export interface LogStatus {
  readonly kind: "log"
  readonly head: number
  readonly last: number
  readonly heldBackBy: ReadonlyArray<{ readonly description: string; readonly since: string }>
}

/** Those with one of these names, or all; live generations before those that are being built. */
export const read = Effect.fnUntraced(function*(names?: ReadonlyArray<string>) {
  const generations = yield* (yield* ReadModelStore).generations()
  const kinds = new Map(
    generations.map(({ definition, projection }) => [projection, StoredDefinition.runnableKind(definition)])
  )
  const all = yield* ProjectionStatus.all
  return all.filter(({ projection }) => names?.includes(projection) ?? true).flatMap((one) =>
    rowsOf(one, kinds.get(one.projection) ?? "projection")
  )
})

const rowsOf = (
  { building, live, projection }: ProjectionStatus.ProjectionStatus,
  kind: RunnableStatus["kind"]
): ReadonlyArray<RunnableStatus> =>
  ([["live", live], ["building", building]] as const).flatMap(([status, found]) =>
    Option.toArray(found).map((one) => ({
      name: projection,
      kind,
      version: one.version,
      status,
      position: one.position,
      lag: one.lag,
      lagSeconds: Math.round(one.lagSeconds * 10) / 10,
      rate: Math.round(one.rate),
      done: Math.floor(one.done * 1000) / 1000,
      partitions: one.partitions,
      parked: one.parked.length,
      waitsAt: Option.match(one.newer, { onNone: () => null, onSome: ({ stream, version }) => `${stream}@${version}` })
    }))
  )

/** The status of the log. */
export const logOf = ({ head, heldBackBy, last }: ReadBound): LogStatus => ({
  kind: "log",
  head,
  last,
  heldBackBy: heldBackBy.map(({ description, since }) => ({ description, since: time(since) }))
})

/** Whether an operator should check it. */
export const isDegraded = ({ parked, waitsAt }: RunnableStatus): boolean => parked > 0 || waitsAt !== null

/** The table. */
export const shape: Shape<RunnableStatus> = {
  columns: [
    { name: "name", show: ({ name }) => name },
    { name: "kind", show: ({ kind }) => kind },
    { name: "version", isNumber: true, show: ({ version }) => version },
    {
      name: "status",
      show: ({ done, status }) => status === "live" ? status : `${status} ${Math.floor(done * 100)} %`
    },
    { name: "position", isNumber: true, show: ({ position }) => position },
    { name: "lag", isNumber: true, show: ({ lag }) => lag },
    { name: "lag (s)", isNumber: true, show: ({ lagSeconds }) => lagSeconds },
    { name: "events/s", isNumber: true, show: ({ rate }) => rate },
    { name: "parked", isNumber: true, show: ({ parked }) => parked },
    { name: "waits at", show: ({ waitsAt }) => waitsAt ?? "" }
  ]
}
