/** Sends commands to the handlers of a record by tag, and parses commands from a wire by a record of aggregates. */
import * as Aggregate from "@refold/core/decide/Aggregate"
import { CommandInvalid } from "@refold/core/decide/CommandInvalid"
import type { InvalidInput } from "@refold/core/event/InvalidInput"
import { printable } from "@refold/core/internal/event/Printable"
import { TaggedError } from "@refold/core/internal/event/TaggedError"
import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import * as Result from "effect/Result"
import type { HandleOptions } from "../decide/CommandHandler.ts"
import * as Handlers from "./internal/Handlers.ts"
import * as Middleware from "./Middleware.ts"

/** Handles the commands of one tag or several; `CommandHandler.make` makes one. */
export type Handler = (id: string, command: never, options?: HandleOptions) => Effect.Effect<unknown, unknown, unknown>

/** The record has no handler, or no aggregate, for the command's tag. No handler and no middleware was run. */
export class UnknownCommand extends TaggedError("UnknownCommand")<Handlers.UnknownTag> {
  override get message(): string {
    return printable(Handlers.format("command", this))
  }
}

/** Sends a command to the handler of its tag. Answers and fails as the handler and the middleware do. */
export interface Send<H extends Record<string, Handler>, M extends Middleware.List> {
  <Tag extends keyof H & string>(
    id: string,
    command: Handlers.Payload<H, Tag>,
    options?: HandleOptions
  ): Middleware.Applied<ReturnType<H[Tag]>, M, UnknownCommand>
}

/** One function for all commands of a record, with middleware around each handler; the first is the outermost. */
export const make = <
  H extends Record<string, Handler>,
  const M extends Middleware.List = ReadonlyArray<Middleware.Middleware>
>(
  handlers: H & Handlers.Checked<H>,
  middleware?: M
): Send<H, M> => {
  const find = Handlers.lookup<Handler, UnknownCommand>(handlers, UnknownCommand)
  const send = (id: string, command: never, options: HandleOptions = {}) =>
    Effect.flatMap(
      Effect.suspend(() => Effect.fromResult(find(command))),
      ({ entry: handle, tag }) =>
        Effect.suspend(() => handle(id, command, options)).pipe(
          Middleware.apply(middleware ?? [], { kind: "Command", tag, id, payload: command, options })
        )
    )
  // The handler found by the tag of the command is the one that the type names for this tag.
  return send as Send<H, M>
}

// The part of an aggregate that parses its commands, and its command with a tag.
interface Parser<Command = { readonly _tag: string }> {
  readonly commands: Option.Option<{ readonly decode: (input: unknown) => Result.Result<Command, CommandInvalid> }>
}
type CommandOf<A, Tag> = A extends Parser<infer Command> ? Extract<Command, { readonly _tag: Tag }> : never

/**
 * A parser of commands in their JSON form: each tag of the record is parsed by its aggregate, other tags are unknown.
 * Fails with `UnknownCommand`, with `CommandInvalid` that lists all problems, or with `InvalidInput` if the aggregate
 * has no command schema.
 */
export const parser = <A extends Record<string, Parser>>(
  aggregates: A & { [Tag in keyof A]: [CommandOf<A[Tag], Tag>] extends [never] ? "it has no such command" : A[Tag] }
) => {
  const find = Handlers.lookup<Parser, UnknownCommand>(aggregates, UnknownCommand)
  type Command = { [Tag in keyof A]: CommandOf<A[Tag], Tag> }[keyof A]
  return (input: unknown): Result.Result<Command, UnknownCommand | CommandInvalid | InvalidInput> =>
    Result.gen(function*() {
      const { entry, tag } = yield* find(input)
      // `parseCommand` uses nothing else of the aggregate.
      const aggregate = entry as Aggregate.Aggregate<{ readonly _tag: string }, unknown, never, unknown>
      const command = yield* Aggregate.parseCommand(aggregate, input)
      // The schema may have decoded a command with another tag. With the tag it is a member of `Command`.
      if (command._tag === tag) return command as Command
      const message = `must decode to the same _tag, not to ${JSON.stringify(command._tag)}`
      return yield* Result.fail(new CommandInvalid({ issues: [{ path: "_tag", message }] }))
    })
}
