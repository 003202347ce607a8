/**
 * Examples of deciders, run over HTTP: the cases of `Spec.for(decider)` as requests to the web handler of an API, each on a
 * store of its own. They reject with assertion errors, so any test runner will do.
 */
import type { Aggregate } from "@refold/core/decide/Aggregate"
import type { Tagged } from "@refold/core/event/EventType"
import * as StreamName from "@refold/core/event/StreamName"
import { EventIds } from "@refold/store/log/EventIds"
import { EventStore } from "@refold/store/log/EventStore"
import * as Arr from "effect/Array"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import type * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type { Api, Services } from "./Http.ts"
import * as Http from "./Http.ts"
import { plain, type PlainJson } from "./internal/PlainJson.ts"

/** The aggregate of an example, by its name in the API, and the stores that the examples run on. */
export interface Subject<R, E> {
  readonly api: Api<R>
  /** The name of the aggregate in the API. */
  readonly name: string
  /** A store for one example, such as `MemoryStore.layer`. */
  readonly layer: Layer.Layer<Services | NoInfer<R>, E>
  /** Headers of every request, such as those that `authorize` reads. */
  readonly headers?: Readonly<Record<string, string>> | undefined
}

/** An aggregate and the events so far. */
export interface HttpSpec<Command, Event, Refusal> {
  /** Adds events to the history; they are appended to the store. */
  readonly given: (events: ReadonlyArray<Event>) => HttpSpec<Command, Event, Refusal>
  /** Posts a command to the aggregate after these events. */
  readonly when: (command: Command) => Expectation<Event, Refusal>
}

/** An answer. Each expectation sends the request, and rejects with an assertion error if it does not hold. */
export interface Expectation<Event, Refusal> {
  /** Expects 200 and exactly these events, in this order. */
  readonly then: (events: ReadonlyArray<Event>) => Promise<void>
  /** Expects the problem of this refusal, with its fields. */
  readonly thenRefused: (refusal: Refusal) => Promise<void>
  /** Expects 200 without events. */
  readonly thenNothing: () => Promise<void>
  /** Expects a problem with this status, such as 400 for a malformed command. */
  readonly thenStatus: (status: number) => Promise<void>
}

/** Starts an example: `HttpSpec.for(Wallet, { api, name: "wallet", layer }).given([…]).when(command).then([…])`. */
const forAggregate = <Command extends { readonly _tag: string }, State, Event extends Tagged, Refusal, R, E>(
  aggregate: Aggregate<Command, State, Event, Refusal>,
  subject: Subject<R, E>
): HttpSpec<Command, Event, Refusal> => from(aggregate, subject, [])

export { forAggregate as for }

const from = <Command extends { readonly _tag: string }, State, Event extends Tagged, Refusal, R, E>(
  aggregate: Aggregate<Command, State, Event, Refusal>,
  subject: Subject<R, E>,
  history: ReadonlyArray<Event>
): HttpSpec<Command, Event, Refusal> => ({
  given: (events) => from(aggregate, subject, [...history, ...events]),
  when: (command) => {
    const answer = () => post(aggregate, subject, history, command)
    const expectEvents = async (events: ReadonlyArray<Event>) =>
      compare("the events differ", await answer(), {
        status: 200,
        events: events.map((event) => stored(aggregate, event))
      })
    return {
      // As in `Spec`: awaiting an example without an expectation calls `then` with a function, which fails as it should.
      // oxlint-disable-next-line unicorn/no-thenable
      then: expectEvents,
      thenNothing: () => expectEvents([]),
      thenRefused: async (refusal) => {
        const { status, ...shown } = await answer()
        compare("the refusal differs", { ...shown, isRefused: status === 422 || status === 409 }, {
          refusal: plain(refusal),
          isRefused: true
        })
      },
      thenStatus: async (status) => compare("the status differs", { status: (await answer()).status }, { status })
    }
  }
})

interface Shown {
  readonly status: number
  readonly [part: string]: PlainJson
}

const post = async <Command extends { readonly _tag: string }, State, Event extends Tagged, Refusal, R, E>(
  aggregate: Aggregate<Command, State, Event, Refusal>,
  { api, headers, layer, name }: Subject<R, E>,
  history: ReadonlyArray<Event>,
  command: Command
): Promise<Shown> => {
  const runtime = ManagedRuntime.make(layer)
  const { dispose, handler } = Http.toWebHandlerWith(api, (effect) => runtime.runPromise(effect))
  try {
    await runtime.runPromise(append(aggregate, history))
    const path = [name, id, command._tag].map(encodeURIComponent).join("/")
    const response = await handler(
      new Request(`http://localhost${api.prefix}/${path}`, {
        method: "POST",
        headers: { ...headers, "content-type": "application/json" },
        body: bodyOf(aggregate, command)
      })
    )
    return shownOf(response.status, await response.json())
  } finally {
    await dispose()
    await runtime.dispose()
  }
}

const id = "example"

const append = <Command, State, Event extends Tagged, Refusal>(
  aggregate: Aggregate<Command, State, Event, Refusal>,
  history: ReadonlyArray<Event>
) =>
  Effect.gen(function*() {
    const stream = yield* Effect.fromResult(StreamName.make(aggregate.category, id))
    const nextId = yield* EventIds
    const events = yield* Effect.forEach(history, (event) =>
      Effect.gen(function*() {
        const encoded = yield* Effect.fromResult(aggregate.events.encode(event))
        return { ...encoded, id: yield* nextId, metadata: {}, occurredAt: yield* DateTime.now }
      }))
    if (Arr.isReadonlyArrayNonEmpty(events)) yield* (yield* EventStore).append(stream, events)
  })

// As a client sends it; a command that its schema cannot encode is sent as it is, for examples of malformed commands.
const bodyOf = <Command extends { readonly _tag: string }, State, Event extends Tagged, Refusal>(
  { commands }: Aggregate<Command, State, Event, Refusal>,
  command: Command
): string => {
  const encoded = Option.isSome(commands)
    ? Result.getOrElse(commands.value.encode(command), () => plain(command))
    : null
  return JSON.stringify(encoded)
}

const stored = <Command, State, Event extends Tagged, Refusal>(
  { events }: Aggregate<Command, State, Event, Refusal>,
  event: Event
): PlainJson => plain(Result.getOrThrow(events.encode(event)))

const shownOf = (status: number, body: unknown): Shown => {
  const field = status === 200 ? "events" : "refusal"
  const shown: unknown = Reflect.get(Object(body), field)
  return { status, [field]: plain(shown === undefined ? body : shown) }
}

const compare = (message: string, actual: unknown, expected: unknown): void => {
  if (Equal.equals(actual, expected)) return
  throw Object.assign(new Error(`${message}: ${JSON.stringify(actual)}, not ${JSON.stringify(expected)}`), {
    name: "AssertionError",
    actual,
    expected
  })
}
