/**
 * The front door of an application's commands: a plain record says which handler takes which tag, and another which
 * aggregate reads it from a wire.
 */
import * as Aggregate from "@refold/core/decide/Aggregate"
import { CommandInvalid } from "@refold/core/decide/CommandInvalid"
import type { InvalidInput } from "@refold/core/event/InvalidInput"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import * as Result from "effect/Result"
import type { HandleOptions } from "../decide/CommandHandler.ts"
import * as ByTag from "./internal/ByTag.ts"
import * as Middleware from "./Middleware.ts"

/** Handles commands of one tag or of several, as what `CommandHandler.make` gives. */
export type Handler = (id: string, command: never, options?: HandleOptions) => Effect.Effect<unknown, unknown, unknown>

/** The command with this tag of those that a handler takes. */
export type CommandOf<H, Tag> = H extends (id: string, command: infer Command, options?: HandleOptions) => unknown
  ? ByTag.Member<Command, Tag>
  : never

/** Nobody handles, or reads, a command with this tag; undefined where the input has none at all. Nothing was run. */
export class UnknownCommand extends Data.TaggedError("UnknownCommand")<ByTag.Unknown> {
  override get message(): string {
    return `not a known command: ${ByTag.describe(this)}`
  }
}

/** The handlers, where each takes its tag; where one does not, it says so in the compiler's message. */
export type Taken<H> = {
  readonly [Tag in keyof H]: [CommandOf<H[Tag], Tag>] extends [never] ? "this handler takes no command with this tag"
    : H[Tag]
}

/** Sends a command to the handler of its tag; answers, fails and needs what that does, and what the middleware adds. */
export interface Send<H extends Readonly<Record<string, Handler>>, M extends Middleware.List> {
  <Tag extends keyof H & string>(
    id: string,
    command: { readonly _tag: Tag } & { [T in Tag]: CommandOf<H[T], T> }[Tag],
    options?: HandleOptions
  ): Effect.Effect<
    Effect.Success<ReturnType<H[Tag]>>,
    Effect.Error<ReturnType<H[Tag]>> | Middleware.ErrorOf<M> | UnknownCommand,
    Effect.Services<ReturnType<H[Tag]>> | Middleware.ServicesOf<M>
  >
}

/**
 * One function for the commands of a record of handlers, with middleware around each. For a command that no compiler
 * has seen and nobody knows it fails with `UnknownCommand`, before any middleware.
 */
export const make = <H extends Readonly<Record<string, Handler>>, const M extends Middleware.List = Middleware.None>(
  handlers: H & Taken<H>,
  middleware?: M
): Send<H, M> => {
  const find = ByTag.make<Handler>(handlers)
  const send = (id: string, command: never, options: HandleOptions = {}) =>
    Effect.suspend(() => {
      const found = find(command)
      if (Result.isFailure(found)) return Effect.fail(new UnknownCommand(found.failure))
      const { entry: handle, tag } = found.success
      const call: Middleware.Call = { kind: "Command", tag, id, payload: command, options }
      return Effect.suspend(() => handle(id, command, options)).pipe(Middleware.apply(middleware ?? [], call))
    })
  // What is found by the tag of the command is what the type says for that tag.
  return send as Send<H, M>
}

/** What of an aggregate says how its commands are read. */
export interface Readable {
  readonly commands: Option.Option<{
    readonly decode: (input: unknown) => Result.Result<{ readonly _tag: string }, CommandInvalid>
  }>
}

/** The command with this tag of those that an aggregate takes. */
export type ReadCommandOf<A, Tag> = A extends {
  readonly commands: Option.Option<
    { readonly decode: (input: unknown) => Result.Result<infer Command, CommandInvalid> }
  >
} ? ByTag.Member<Command, Tag>
  : never

/** The aggregates, where each takes its tag; where one does not, it says so in the compiler's message. */
export type Known<A> = {
  readonly [Tag in keyof A]: [ReadCommandOf<A[Tag], Tag>] extends [never] ?
    "this aggregate has no command with this tag"
    : A[Tag]
}

/**
 * Reads commands that came over a wire, in their JSON form, each by the aggregate of its tag: the commands of just these
 * tags, ready to be sent. Fails with `UnknownCommand`, with `CommandInvalid` and everything that is wrong, or with
 * `InvalidInput` where the aggregate does not say what its commands look like.
 */
export const parser = <A extends Readonly<Record<string, Readable>>>(aggregates: A & Known<A>) => {
  const find = ByTag.make<Readable>(aggregates)
  type Command = { [Tag in keyof A]: ReadCommandOf<A[Tag], Tag> }[keyof A]
  return (input: unknown): Result.Result<Command, UnknownCommand | CommandInvalid | InvalidInput> =>
    Result.gen(function*() {
      const { entry, tag } = yield* Result.mapError(find(input), (unknown) => new UnknownCommand(unknown))
      // Nothing else of the aggregate is looked at.
      const aggregate = entry as Aggregate.Aggregate<{ readonly _tag: string }, unknown, never, unknown>
      const command = yield* Aggregate.parseCommand(aggregate, input)
      if (command._tag !== tag) {
        return yield* Result.fail(
          new CommandInvalid({ issues: [{ path: "_tag", message: `reads as ${JSON.stringify(command._tag)}` }] })
        )
      }
      // Its tag is that of the record, so it is that member of the aggregate's commands.
      return command as Command
    })
}
