/** A chapter of the story: its actions on a store, its checks, and its output. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { EventReader } from "refold/EventReader"
import type { EventStore } from "refold/EventStore"
import type { ReadModelStore } from "refold/ReadModelStore"
import type { SnapshotStore } from "refold/SnapshotStore"
import type * as Narration from "./Narration.ts"
import type * as TotalMoney from "./support/TotalMoney.ts"

/** The ports of a store. */
export type Services = EventStore | EventReader | SnapshotStore | ReadModelStore

/** An error that ends the story: an error of the store, or a refusal that the chapter does not expect. */
export interface Failure {
  readonly _tag: string
  readonly message?: string
}

/** The inputs of a chapter. */
export interface Input {
  /** Part of the ids of accounts that the story opens: the same store can run the story many times. */
  readonly run: string
  /** The folder with the bank's files. */
  readonly folder: string
  /** The money in all accounts; measured at the first use, then kept. */
  readonly moneyBefore: Effect.Effect<TotalMoney.Measured, Failure, Services>
}

/** A sentence, and whether it holds. */
export interface Check {
  readonly name: string
  readonly ok: boolean
}

/** The findings of a chapter. */
export interface ChapterResult {
  /** The chapter in one line. */
  readonly figure: string
  readonly checks: ReadonlyArray<Check>
  readonly lines: Narration.Narration
  /** The chapter's part of the JSON document. */
  readonly facts: Readonly<Record<string, unknown>>
}

/** A chapter. `R` includes a scope: projections that a chapter starts run until the story ends. */
export interface Chapter<out R> {
  /** Its name for `--chapter`. */
  readonly name: string
  readonly title: string
  /** The chapters that have to run before this one. */
  readonly needs: ReadonlyArray<Chapter<R>>
  readonly run: (input: Input) => Effect.Effect<ChapterResult, Failure, R>
}

/** A chapter on any store. */
export type StoreChapter = Chapter<Services | Scope.Scope>

interface Spec<Found, R> {
  readonly needs?: ReadonlyArray<Chapter<R>>
  readonly find: (input: Input) => Generator<Effect.Effect<unknown, Failure, NoInfer<R>>, Found, never>
  readonly figure: (found: Found) => string
  /** Each sentence, and whether it holds. */
  readonly checks: (found: Found) => Readonly<Record<string, boolean>>
  readonly lines: (found: Found) => Narration.Narration
  readonly facts?: (found: Found) => Readonly<Record<string, unknown>>
}

/** Makes a chapter of its actions (`find`), its checks and its output. */
export const make = <Found, R>(name: string, title: string, spec: Spec<Found, R>): Chapter<R> => ({
  name,
  title,
  needs: spec.needs ?? [],
  run: (input) =>
    Effect.map(Effect.gen(() => spec.find(input)), (found) => ({
      figure: spec.figure(found),
      checks: Object.entries(spec.checks(found)).map(([name, ok]) => ({ name, ok })),
      lines: spec.lines(found),
      facts: spec.facts?.(found) ?? {}
    }))
})

/** The error with this tag; undefined if the effect succeeds instead. */
export const errorOf = <A, E extends Failure, R, const Tag extends E["_tag"]>(
  effect: Effect.Effect<A, E, R>,
  tag: Tag
): Effect.Effect<Extract<E, { readonly _tag: Tag }> | undefined, E, R> => {
  const hasTag = (error: E): error is Extract<E, { readonly _tag: Tag }> => error._tag === tag
  const failed = Effect.as(effect, undefined)
  return Effect.catch(failed, (error) => hasTag(error) ? Effect.succeed(error) : Effect.fail(error))
}
