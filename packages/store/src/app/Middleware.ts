/** Functions around commands and queries, for correlation, tracing, logging and authorisation. */
import { printable } from "@refold/core/internal/event/Printable"
import { TaggedError } from "@refold/core/internal/event/TaggedError"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { HandleOptions } from "../decide/CommandHandler.ts"
import { Causation } from "../log/Causation.ts"
import { EventIds } from "../log/EventIds.ts"
import * as LogLevels from "./internal/LogLevels.ts"

/** The request that middleware is run for: a command for the aggregate `id`, or a query. */
export type Call =
  & { readonly tag: string; readonly payload: { readonly _tag: string } }
  & (
    | { readonly kind: "Command"; readonly id: string; readonly options: HandleOptions }
    | { readonly kind: "Query" }
  )

/**
 * Wraps a call. It may run `next` once, several times or not at all, and may add errors `E2` and services `R2`; it
 * cannot change an answer. Annotate functions of your own with this type: their errors are unknown otherwise.
 */
export interface Middleware<E2 = never, R2 = never> {
  <A, E, R>(call: Call, next: Effect.Effect<A, E, R>): Effect.Effect<A, E | E2, R | R2>
}

/** A list of middleware, the first outermost. */
export type List = ReadonlyArray<Middleware<unknown, unknown>>

/** The services that one of these needs. */
export type ServicesOf<M> = M extends Middleware<infer _, infer R> ? R : never

type ErrorOf<M> = M extends Middleware<infer E, infer _> ? E : never

/** An effect with what the middleware adds, and with the error `E`. */
export type Applied<Next extends Effect.Effect<unknown, unknown, unknown>, M extends List, E = never> = Effect.Effect<
  Effect.Success<Next>,
  Effect.Error<Next> | ErrorOf<M[number]> | E,
  Effect.Services<Next> | ServicesOf<M[number]>
>

/** Wraps any effect in middleware, the first outermost: `effect.pipe(Middleware.apply([tracing, logging], call))`. */
export const apply = <const M extends List = ReadonlyArray<Middleware>>(middleware: M, call: Call) => {
  const wrap = (next: Effect.Effect<unknown, unknown, unknown>) =>
    Effect.suspend(() => middleware.reduceRight((inner, outer) => outer(call, inner), next))
  // A fold has one type for all its steps, so it cannot add up the errors and services.
  return wrap as <A, E, R>(next: Effect.Effect<A, E, R>) => Applied<Effect.Effect<A, E, R>, M>
}

/**
 * Gives a request, and all commands that it sends, one correlation id: that of the command's metadata, else that of
 * `Causation`, else a new one from `EventIds`. An actor in the command's metadata is passed on with it.
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
 * Stores the actor with every event of the request. An actor in the command's metadata takes precedence: never take that
 * metadata from a client.
 */
export const withActor = <E, R>(actorOf: Effect.Effect<string, E, R>): Middleware<E, R> => (_call, next) =>
  Effect.flatMap(actorOf, (actor) => Effect.updateService(next, Causation, (cause) => ({ ...cause, actor })))

/**
 * A span `refold.command` or `refold.query` with the tag, the correlation id (if `correlation` is outside), and for
 * commands the id and whether the answer was `deduplicated`.
 */
export const tracing: Middleware = (call, next) =>
  Effect.flatMap(
    attributesOf(call),
    (attributes) =>
      Effect.withSpan(Effect.tap(next, annotateDeduplicated), `refold.${call.kind.toLowerCase()}`, {
        attributes: { "refold.tag": call.tag, ...attributes },
        // The stack trace would show this line only.
        captureStackTrace: false
      })
  )

const annotateDeduplicated = (answer: unknown): Effect.Effect<void> =>
  typeof answer === "object" && answer !== null && "deduplicated" in answer
    ? Effect.annotateCurrentSpan("refold.deduplicated", answer.deduplicated)
    : Effect.void

/**
 * Logs one line at the end of a request, with its duration: answers as Debug, refusals and mistakes of the caller as
 * Info, transient failures as Warn, failures of the store, the code or the stored data as Error. Logs the name of an error
 * only: payloads, refusals and defects may hold personal data.
 */
export const logging: Middleware = (call, next) =>
  Effect.flatMap(Clock.currentTimeMillis, (start) =>
    Effect.onExit(next, (exit) =>
      Effect.gen(function*() {
        const { level, outcome } = LogLevels.of(exit)
        const line = `${call.kind.toLowerCase()} ${call.tag} ${outcome} after ${
          (yield* Clock.currentTimeMillis) - start
        } ms`
        yield* Effect.annotateLogs(Effect.logWithLevel(level)(line), yield* attributesOf(call))
      })))

// Both may be what a client sent, and some loggers print them as they are.
const attributesOf = (call: Call): Effect.Effect<Record<string, string>> =>
  Effect.map(Causation, ({ correlationId }) => ({
    ...(call.kind === "Command" ? { "refold.id": printable(call.id) } : {}),
    ...(correlationId === undefined ? {} : { "refold.correlationId": printable(correlationId) })
  }))

/** The caller is not allowed to make this request. */
export class Forbidden extends TaggedError("Forbidden")<{ readonly tag: string; readonly reason: string }> {
  override get message(): string {
    return printable(`${this.tag} is forbidden: ${this.reason}`)
  }
}

/**
 * Runs a rule before each request; if it fails, with `Forbidden` or an error of your own, nothing else is run. A rule
 * that succeeds with a value does not compile: its `false` would be ignored.
 */
export const authorize = <A, E, R>(
  rule: (
    call: Call
  ) => Effect.Effect<A, E, R> & ([A] extends [void] ? unknown : "a rule must fail, or succeed with void")
): Middleware<E, R> =>
(call, next) => Effect.andThen(Effect.suspend(() => rule(call)), next)
