/** `/health` and `/ready`: what load balancers and orchestrators ask, from the status of the projections. */
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

/**
 * 200 while the program answers at all: `degraded` if the store cannot be read, or rows are not ready or have parked
 * streams. A restart would not help there.
 */
export const health = <R>(api: Api<R>): Effect.Effect<Answer.Answer, never, Services> =>
  Effect.map(Effect.option(statusOf(api)), (found) => {
    const projections = Option.getOrElse(found, () => [])
    const isUp = Option.isSome(found) && projections.every(({ parked, status }) => status === "ready" && parked === 0)
    const store = Option.isSome(found) ? "up" : "down"
    return Answer.json({ status: isUp ? "up" : "degraded", store, projections }, { "cache-control": "no-store" })
  })

/** 200 if the store can be read and all rows have been built by this code; otherwise 503. */
export const ready = <R>(api: Api<R>): Effect.Effect<Answer.Answer, unknown, Services> =>
  Effect.flatMap(statusOf(api), (projections) => {
    if (projections.every(({ status }) => status === "ready")) {
      return Effect.succeed(Answer.json({ status: "ready", projections }, { "cache-control": "no-store" }))
    }
    const reason = projections.filter(({ status }) => status !== "ready")
      .map(({ projection, status }) => `rows of ${projection}: ${status}`).join(", ")
    return Effect.fail(
      new Problem.HttpProblem({ status: 503, name: "NotReady", reason, headers: { "retry-after": "1" } })
    )
  })

const statusOf = <R>({ rows }: Api<R>) =>
  // The bound is read also where there are no rows: it shows whether the store answers.
  Effect.andThen(
    ProjectionStatus.of({ name: "" }),
    Effect.forEach(rows, ([name, resource]) =>
      Effect.map(ProjectionStatus.of(resource), (status) => describe(name, resource, status)))
  )

const describe = (
  projection: string,
  { version }: RowsResource,
  { building, live }: ProjectionStatus.ProjectionStatus
): RowsHealth => {
  const shown = Option.getOrUndefined(live)
  const isOutdated = shown !== undefined && (shown.version > version || Option.isSome(shown.newer))
  return {
    projection,
    status: isOutdated
      ? "outdated"
      : shown?.version === version
      ? "ready"
      : Option.isSome(building)
      ? "building"
      : "unknown",
    position: shown?.position ?? null,
    lag: shown?.lag ?? null,
    lagSeconds: shown?.lagSeconds ?? null,
    parked: shown?.parked.length ?? 0
  }
}
