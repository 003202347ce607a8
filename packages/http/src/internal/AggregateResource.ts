/** An aggregate as a resource: its commands by tag, and its state as JSON. Its types end here. */
import type * as Aggregate from "@refold/core/decide/Aggregate"
import { CommandInvalid } from "@refold/core/decide/CommandInvalid"
import type { Tagged } from "@refold/core/event/EventType"
import { invalid, type InvalidInput } from "@refold/core/event/InvalidInput"
import type { Json, JsonObject } from "@refold/core/event/Json"
import * as StateCodec from "@refold/core/internal/decide/StateCodec"
import type * as AsOf from "@refold/core/journal/AsOf"
import * as CommandHandler from "@refold/store/decide/CommandHandler"
import type { LoadedState } from "@refold/store/decide/LoadedState"
import * as State from "@refold/store/decide/State"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type * as Schema from "effect/Schema"
import * as ErrorTable from "./ErrorTable.ts"
import * as JsonSchemas from "./JsonSchemas.ts"
import type { Services } from "./Services.ts"

/** The options of an aggregate's resource. */
export interface AggregateOptions<State, Tag extends string = string> {
  /**
   * Only these commands are served; by default all that the schema of the commands has. Required for a schema that does not
   * show the tags, such as one of another library.
   */
  readonly commands?: ReadonlyArray<Tag> | undefined
  /**
   * The schema of the state in answers. Without it, answers to commands have no state, and there is no GET of the aggregate;
   * everything that it encodes is public.
   */
  readonly state?: Schema.ConstraintCodec<State, unknown> | undefined
  /** The options of the command handler: retries, cache, inline projections. */
  readonly handler?: CommandHandler.HandlerOptions<State> | undefined
  /** Whether a command without `If-Match` or `If-None-Match` is refused with 428; false by default. */
  readonly requirePrecondition?: boolean | undefined
  /** Whether a command without `Idempotency-Key` is refused with 400; false by default. */
  readonly requireIdempotencyKey?: boolean | undefined
  /** The status of a refusal: 422 by default, or 409. */
  readonly refusal?: 409 | 422 | undefined
}

/** An event of an answer, in its stored form. */
interface ShownEvent {
  readonly type: string
  readonly schemaVersion: number
  readonly data: Json
}

/** A state with its place, encoded. */
interface Shown {
  readonly loaded: LoadedState<unknown>
  readonly state: Json | undefined
}

/** The answer to a command, encoded. */
export interface ShownAnswer extends Shown {
  readonly events: ReadonlyArray<ShownEvent>
  readonly deduplicated: boolean
}

/** A parsed command, ready to be sent. */
interface ParsedCommand {
  readonly payload: { readonly _tag: string }
  /** Fails with a `Refused` if the decider refuses. */
  readonly send: (options: CommandHandler.HandleOptions) => Effect.Effect<ShownAnswer, unknown, Services>
}

/** A refusal among the errors of a handler: it may be any value. */
export class Refused {
  readonly refusal: unknown
  readonly status: 409 | 422
  constructor(refusal: unknown, status: 409 | 422 = 422) {
    this.refusal = refusal
    this.status = status
  }
}

/** An aggregate as a resource. */
export interface AggregateResource {
  readonly category: string
  readonly types: ReadonlyArray<string>
  /** The schemas of the bodies of its commands, by tag. */
  readonly commands: ReadonlyMap<string, JsonSchemas.JsonSchema>
  /** The schema of its state; undefined if the state is not shown. */
  readonly state: JsonSchemas.JsonSchema | undefined
  readonly definitions: JsonSchemas.SchemaDocument["definitions"]
  readonly options: Pick<AggregateOptions<unknown>, "requirePrecondition" | "requireIdempotencyKey">
  readonly parse: (
    id: string,
    tag: string,
    body: JsonObject
  ) => Result.Result<ParsedCommand, CommandInvalid>
  readonly load: (id: string, asOf: AsOf.AsOf | undefined) => Effect.Effect<Shown, State.LoadFailure, Services>
}

/** Makes the resource. Fails with `InvalidInput` if the aggregate has no schema of commands with tags. */
export const make = <Command extends { readonly _tag: string }, State, Event extends Tagged, Refusal>(
  aggregate: Aggregate.Aggregate<Command, State, Event, Refusal>,
  { commands: tags, handler, refusal, state, ...options }: AggregateOptions<State, Command["_tag"]>
): Result.Result<AggregateResource, InvalidInput> =>
  Result.gen(function*() {
    if (Option.isNone(aggregate.commands)) {
      return yield* invalid("commands", "must be a schema in the definition of the aggregate")
    }
    const codec = aggregate.commands.value
    const commands = yield* JsonSchemas.documentOf(codec.schema, "commands")
    const bodies = yield* JsonSchemas.commandBodies(commands, tags)
    yield* checkTags(codec, tags)
    const shown = state === undefined ? undefined : yield* StateCodec.make(state, "state")
    const document = state === undefined ? undefined : yield* JsonSchemas.documentOf(state, "state")
    const handle = CommandHandler.make(aggregate, handler)
    const show = showWith(shown)
    return {
      category: aggregate.category,
      types: aggregate.events.storedTypes(),
      commands: bodies,
      state: document?.schema,
      definitions: { ...commands.definitions, ...document?.definitions },
      options,
      parse: (id, tag, body) =>
        Result.map(decode(codec, tag, body), (payload) => ({
          payload,
          send: (sent) => answerOf(aggregate, show, Effect.mapError(handle(id, payload, sent), asRefused(refusal)))
        })),
      load: (id, asOf) => Effect.flatMap(State.load(aggregate, id, { asOf }), show)
    }
  })

const answerOf = <Command, State, Event extends Tagged, Refusal>(
  { events }: Aggregate.Aggregate<Command, State, Event, Refusal>,
  show: (loaded: LoadedState<State>) => Effect.Effect<Shown>,
  handled: Effect.Effect<CommandHandler.Handled<State, Event>, unknown, Services>
): Effect.Effect<ShownAnswer, unknown, Services> =>
  Effect.flatMap(handled, (answer) =>
    Effect.map(show(answer), (shown) => ({
      ...shown,
      // They were encoded before they were stored.
      events: answer.events.map((event) => Result.getOrThrow(events.encode(event))),
      deduplicated: answer.deduplicated
    })))

const asRefused = (status: 409 | 422 | undefined) => (error: unknown): unknown => {
  const tag: unknown = Reflect.get(Object(error), "_tag")
  const mapping = ErrorTable.find(error, typeof tag === "string" ? tag : undefined)
  return mapping === undefined || mapping === ErrorTable.defect || mapping.isRefusal
    ? new Refused(error, status)
    : error
}

const showWith =
  <State>(codec: StateCodec.StateCodec<State> | undefined) => (loaded: LoadedState<State>): Effect.Effect<Shown> =>
    // A state that its schema cannot encode is a fault of the service, and not of the request.
    codec === undefined
      ? Effect.succeed({ loaded, state: undefined })
      : Effect.fromResult(codec.encode(loaded.state)).pipe(
        Effect.map((state) => ({ loaded, state })),
        Effect.orDie
      )

// A schema that does not list its tags decodes each one: a tag is unknown if all problems are at `_tag`.
const checkTags = (
  codec: { readonly decode: (input: unknown) => Result.Result<unknown, CommandInvalid> },
  tags: ReadonlyArray<string> = []
): Result.Result<void, InvalidInput> => {
  const unknown = tags.find((tag) => {
    const decoded = codec.decode({ _tag: tag })
    return Result.isFailure(decoded) && decoded.failure.issues.every(({ path }) => path === "_tag")
  })
  return unknown === undefined
    ? Result.void
    : invalid("commands", `must be tags of the schema of commands, which refuses ${JSON.stringify(unknown)}`)
}

const decode = <Command extends { readonly _tag: string }>(
  codec: { readonly decode: (input: unknown) => Result.Result<Command, CommandInvalid> },
  tag: string,
  body: JsonObject
): Result.Result<Command, CommandInvalid> => {
  const own = Object.hasOwn(body, "_tag") ? body["_tag"] : tag
  if (own !== tag) return invalidTag(`must be ${JSON.stringify(tag)} as in the path, or be left out`)
  return Result.flatMap(codec.decode({ ...body, _tag: tag }), (command) =>
    command._tag === tag
      ? Result.succeed(command)
      : invalidTag(`must decode to the same _tag, not to ${JSON.stringify(command._tag)}`))
}

const invalidTag = (message: string): Result.Result<never, CommandInvalid> =>
  Result.fail(new CommandInvalid({ issues: [{ path: "_tag", message }] }))
