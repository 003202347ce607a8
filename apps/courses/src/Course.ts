/** A course: objectives that run one after the other on one store, each with the claims that it checks. */
import type { PostgresStore } from "@refold/postgres"
import type { Effect, Scope } from "effect"

/** A line of the output: a claim that was checked, or a note that is printed and not checked. */
export type Line =
  | { readonly _tag: "Claim"; readonly text: string; readonly ok: boolean }
  | { readonly _tag: "Note"; readonly text: string }

/** A claim, and whether it holds. */
export const claim = (text: string, ok: boolean): Line => ({ _tag: "Claim", text, ok })

/** A figure or an explanation. Figures depend on the machine and are not checked. */
export const note = (text: string): Line => ({ _tag: "Note", text })

/** An error that ends a course early. */
export interface Failure {
  readonly _tag: string
  readonly message?: string
}

/** The services that a course runs with: a store on the embedded database, and the database itself. */
type Services = PostgresStore.Services | Scope.Scope

/** An objective or exercise of a course. */
export interface Objective<R = Services> {
  readonly name: string
  /** Does the exercise and reports the findings. */
  readonly run: Effect.Effect<ReadonlyArray<Line>, Failure, R>
}

/** A course. */
export interface Course<R = Services> {
  /** Its name on the command line and of its page. */
  readonly name: string
  readonly title: string
  /** The objectives in their order. A later one may use what an earlier one stored. */
  readonly objectives: ReadonlyArray<Objective<R>>
}
