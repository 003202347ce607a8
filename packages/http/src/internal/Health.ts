/** `/health` and `/ready`, for load balancers and orchestrators, from the status of projections, consumers and processes. */
import * as ProjectionStatus from "@refold/store/project/ProjectionStatus"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Problem from "../Problem.ts"
import * as Answer from "./Answer.ts"
import type { Api } from "./Definition.ts"
import type { RowsResource } from "./RowsResource.ts"
import type { Services } from "./Services.ts"

/** The status of the rows of an API. */
interface RowsHealth {
  readonly projection: string
  readonly status: "ready" | "building" | "unknown" | "outdated"
  readonly position: number | null
  readonly lag: number | null
  readonly lagSeconds: number | null
  readonly parked: number
}

/** The status of a consumer, or of the observer of a process, that has run on this store. */
interface TargetHealth extends Pick<RowsHealth, "lagSeconds" | "parked"> {
  readonly name: string
  readonly position: number
  readonly lag: number
}

interface StoreHealth {
  readonly projections: ReadonlyArray<RowsHealth>
  readonly consumers: ReadonlyArray<TargetHealth>
  readonly processes: ReadonlyArray<TargetHealth>
}

const nothing: StoreHealth = { projections: [], consumers: [], processes: [] }

/**
 * Always 200: `degraded` if the store cannot be read, rows are not ready, or rows, a consumer or a
 * process have parked streams. A restart would not help there.
 */
export const health = <R>(api: Api<R>): Effect.Effect<Answer.Answer, never, Services> =>
  Effect.map(Effect.option(statusOf(api)), (found) => {
    const all = Option.getOrElse(found, () => nothing)
    const { consumers, processes, projections } = all
    const isUp = Option.isSome(found) && projections.every(({ status }) => status === "ready") &&
      [...projections, ...consumers, ...processes].every(({ parked }) => parked === 0)
    const store = Option.isSome(found) ? "up" : "down"
    return Answer.json({ status: isUp ? "up" : "degraded", store, ...all }, { "cache-control": "no-store" })
  })

/** 200 if the store can be read and all rows have been built by this code; otherwise 503. */
export const ready = <R>(api: Api<R>): Effect.Effect<Answer.Answer, unknown, Services> =>
  Effect.flatMap(statusOf(api), (all) => {
    const { projections } = all
    if (projections.every(({ status }) => status === "ready")) {
      return Effect.succeed(Answer.json({ status: "ready", ...all }, { "cache-control": "no-store" }))
    }
    const reason = projections.filter(({ status }) => status !== "ready")
      .map(({ projection, status }) => `rows of ${projection}: ${status}`).join(", ")
    return Effect.fail(
      new Problem.HttpProblem({ status: 503, name: "NotReady", reason, headers: { "retry-after": "1" } })
    )
  })

const statusOf = Effect.fnUntraced(function*<R>({ rows }: Api<R>) {
  // The bound is read also if there are no rows: it shows whether the store is reachable.
  yield* ProjectionStatus.of({ name: "" })
  const projections = yield* Effect.forEach(
    rows,
    ([name, resource]) => Effect.map(ProjectionStatus.of(resource), (status) => describe(name, resource, status))
  )
  const targets = yield* ProjectionStatus.all
  const found: StoreHealth = {
    projections,
    consumers: targets.filter(({ kind }) => kind === "consumer").flatMap(describeTarget),
    processes: targets.filter(({ kind }) => kind === "process").flatMap(describeTarget)
  }
  return found
})

const describeTarget = (status: ProjectionStatus.ProjectionStatus): ReadonlyArray<TargetHealth> =>
  Option.toArray(ProjectionStatus.current(status)).map(({ lag, lagSeconds, parked, position }) => ({
    name: status.projection,
    position,
    lag,
    lagSeconds,
    parked: parked.length
  }))

const describe = (
  projection: string,
  { version }: RowsResource,
  found: ProjectionStatus.ProjectionStatus
): RowsHealth => {
  const shown = Option.getOrUndefined(found.live)
  const isOutdated = Option.exists(
    ProjectionStatus.current(found),
    (one) => one.version > version || Option.isSome(one.newer)
  )
  return {
    projection,
    status: isOutdated
      ? "outdated"
      : shown?.version === version
      ? "ready"
      : Option.isSome(found.building)
      ? "building"
      : "unknown",
    position: shown?.position ?? null,
    lag: shown?.lag ?? null,
    lagSeconds: shown?.lagSeconds ?? null,
    parked: shown?.parked.length ?? 0
  }
}
