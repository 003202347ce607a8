/**
 * What happens around commands and queries: plain functions from a call and what would be done next to what is done
 * instead. A record of handlers takes a list of them, of which the first is the outermost.
 */
import * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import type { HandleOptions } from "../decide/CommandHandler.ts"
import { Causation } from "../log/Causation.ts"
import { EventIds } from "../log/EventIds.ts"
import * as Severity from "./internal/Severity.ts"

/** A command on its way to its handler. */
export interface CommandCall {
  readonly kind: "Command"
  readonly tag: string
  /** Of the aggregate that it is for. */
  readonly id: string
  /** The command. */
  readonly payload: { readonly _tag: string }
  readonly options: HandleOptions
}

/** A query on its way to its handler. */
export interface QueryCall {
  readonly kind: "Query"
  readonly tag: string
  /** The query. */
  readonly payload: { readonly _tag: string }
}

/** What is being asked for. */
export type Call = CommandCall | QueryCall

/**
 * Does something around a call. May run `next`, once or again, or not at all; adds errors `E2` and requirements `R2`
 * of its own and never changes an answer.
 */
export interface Middleware<E2 = never, R2 = never> {
  <A, E, R>(call: Call, next: Effect.Effect<A, E, R>): Effect.Effect<A, E | E2, R | R2>
}

/** A list of middleware, the first is the outermost. */
export type List = ReadonlyArray<Middleware<unknown, unknown>>

/** The type of a list that adds nothing, as of one that is not there. */
export type None = ReadonlyArray<Middleware>

/** Every way a list of middleware can fail; unknown for a function whose type is not said to be `Middleware`. */
export type ErrorOf<M extends List> = M[number] extends infer One ? One extends Middleware<infer E, infer _> ? E : never
  : never

/** What a list of middleware needs. */
export type ServicesOf<M extends List> = M[number] extends infer One
  ? One extends Middleware<infer _, infer R> ? R : never
  : never

/** Puts a list of middleware around any effect: `effect.pipe(apply([tracing, logging], call))`. */
export const apply = <const M extends List = None>(middleware: M, call: Call) => {
  const wrap = (next: Effect.Effect<unknown, unknown, unknown>) =>
    Effect.suspend(() => middleware.reduceRight((inner, outer) => outer(call, inner), next))
  // A fold cannot add up what each of its steps adds.
  return wrap as <A, E, R>(next: Effect.Effect<A, E, R>) => Effect.Effect<A, E | ErrorOf<M>, R | ServicesOf<M>>
}

/**
 * Gives everything that a request sets off one correlation id: that of the command's metadata, else of `Causation`,
 * else a fresh one of `EventIds`. An actor in the command's metadata goes along with it.
 */
export const correlation: Middleware = (call, next) =>
  Effect.gen(function*() {
    const cause = yield* Causation
    const own = call.kind === "Command" ? call.options.metadata : undefined
    const correlationId = own?.correlationId ?? cause.correlationId ?? (yield* yield* EventIds)
    const actor = own?.actor ?? cause.actor
    const known = actor === undefined ? {} : { actor }
    return yield* Effect.provideService(next, Causation, { ...cause, ...known, correlationId })
  })

/**
 * Says who is asking. The actor is stored with every event of the request, unless the command's own metadata names
 * another: never let a client write that.
 */
export const withActor = <E, R>(who: Effect.Effect<string, E, R>): Middleware<E, R> => (_call, next) =>
  Effect.flatMap(who, (actor) => Effect.updateService(next, Causation, (cause) => ({ ...cause, actor })))

/**
 * A span `refold.command` or `refold.query` with the tag, the correlation id inside of `correlation`, and for commands
 * the id and whether it was `deduplicated`.
 */
export const tracing: Middleware = (call, next) =>
  Effect.flatMap(
    attributesOf(call),
    (attributes) =>
      Effect.withSpan(Effect.tap(next, annotateDeduplicated), `refold.${call.kind.toLowerCase()}`, {
        attributes: { "refold.tag": call.tag, ...attributes },
        // It would show this line only.
        captureStackTrace: false
      })
  )

const annotateDeduplicated = (answer: unknown): Effect.Effect<void> =>
  typeof answer === "object" && answer !== null && "deduplicated" in answer
    ? Effect.annotateCurrentSpan("refold.deduplicated", answer.deduplicated)
    : Effect.void

/**
 * One line at the end of a call, with how long it took: at level Debug for an answer, Info for a refusal or anything
 * else that is the caller's doing, Warn for what may pass, Error for a failure of the store, the code or the data. It
 * says the name of an error and nothing that is in it: refusals, defects and payloads may hold what no log should.
 */
export const logging: Middleware = (call, next) =>
  Effect.flatMap(Clock.currentTimeMillis, (start) => Effect.onExit(next, (exit) => log(call, start, exit)))

const log = Effect.fnUntraced(function*(call: Call, start: number, exit: Exit.Exit<unknown, unknown>) {
  const { level, name, verb } = Severity.of(exit)
  const millis = (yield* Clock.currentTimeMillis) - start
  const line = `${call.kind.toLowerCase()} ${call.tag} ${verb} after ${millis} ms${
    name === undefined ? "" : `: ${name}`
  }`
  yield* Effect.annotateLogs(Effect.logWithLevel(level)(line), yield* attributesOf(call))
})

const attributesOf = (call: Call): Effect.Effect<Record<string, string>> =>
  Effect.map(Causation, ({ correlationId }) => ({
    ...(call.kind === "Command" ? { "refold.id": call.id } : {}),
    ...(correlationId === undefined ? {} : { "refold.correlationId": correlationId })
  }))

/** Somebody may not do that. For rules of `authorize`; they may fail with errors of their own, too. */
export class Forbidden extends Data.TaggedError("Forbidden")<{
  readonly tag: string
  readonly reason: string
}> {
  override get message(): string {
    return `${this.tag} is forbidden: ${this.reason}`
  }
}

/** Nothing, or the reason why a rule does not compile: a rule that gave `false` would let everybody in. */
export type Silent<A> = [A] extends [void] ? unknown : "a rule says no by failing, and yes by succeeding with nothing"

/** Asks a rule first. Where that fails nothing is run. */
export const authorize = <A, E, R>(
  rule: (call: Call) => Effect.Effect<A, E, R> & Silent<A>
): Middleware<E, R> =>
(call, next) => Effect.andThen(Effect.suspend(() => rule(call)), next)
