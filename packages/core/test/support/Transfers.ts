// A minimal process: a transfer that takes coins from a jar. Tests replace parts of it with faulty ones.
import * as Chunk from "effect/Chunk"
import type * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Aggregate from "../../src/decide/Aggregate.ts"
import * as Decider from "../../src/decide/Decider.ts"
import * as View from "../../src/decide/View.ts"
import * as EventCodec from "../../src/event/EventCodec.ts"
import * as EventType from "../../src/event/EventType.ts"
import type { Position } from "../../src/event/Position.ts"
import type { StreamVersion } from "../../src/event/StreamVersion.ts"
import type { PendingCommand, PendingWork } from "../../src/process/internal/PendingWork.ts"
import type { Instance } from "../../src/process/internal/ProcessInstance.ts"
import type { InstanceRefusal, MessageBody } from "../../src/process/internal/ProcessMessage.ts"
import * as Process from "../../src/process/Process.ts"
import { type EventTrigger, type ProcessEvent, type Trigger, triggerOf } from "../../src/process/ProcessEvent.ts"
import { at, eventId, stream } from "./Sample.ts"

export const Requested = EventType.make("Requested", Schema.Struct({ transfer: Schema.String, coins: Schema.Int }))
export const Taken = EventType.make("Taken", Schema.Struct({ transfer: Schema.String }))
export const events = EventCodec.makeUnsafe([Requested, Taken])
export type Event = typeof Requested.Event | typeof Taken.Event

export const Command = Schema.Union([
  Schema.TaggedStruct("Take", { coins: Schema.Int, note: Schema.String }),
  Schema.TaggedStruct("Add", { coins: Schema.Int })
])
type Command = typeof Command.Type

export const jar = Aggregate.makeUnsafe({
  category: "jar",
  events,
  commands: Command,
  decider: Decider.make<Command, null, Event, never>({
    initialState: null,
    decide: () => Result.succeed([]),
    evolve: (state) => state
  })
})

/** The tags of the inputs of the transfer. */
export type State = ReadonlyArray<string>

export const definition: Process.Definition<Event, State> = {
  name: "transfers",
  events,
  targets: [jar],
  correlate: ({ transfer }) => Option.some(transfer),
  initialState: [],
  evolve: (tags, { _tag }) => [...tags, _tag],
  react: (_, input) =>
    input._tag === "Requested" ? [Process.send(jar, "a", { _tag: "Take", coins: input.coins, note: "" })] : []
}

/** The transfers, with other parts. */
export const processOf = (changes: Partial<Process.Definition<Event, State>> = {}): Process.Process<Event, State> =>
  Process.makeUnsafe({ ...definition, ...changes })

/** The `n`th event of a log, of a stream of its own if none is named, `n` seconds after 1970. */
export const trigger = (n: number, event: Event, fields: Partial<EventTrigger> = {}): EventTrigger => ({
  ...triggerOf({
    ...Result.getOrThrow(events.encode(event)),
    id: eventId(n),
    stream: stream(`request-${n}`),
    version: 1 as StreamVersion,
    position: n as Position,
    commit: n as Position,
    metadata: {},
    occurredAt: at(1000 * n),
    recordedAt: at(1000 * n)
  }),
  ...fields
})

export const observe = (n: number, event: Event, fields?: Partial<EventTrigger>): MessageBody => ({
  _tag: "Observe",
  trigger: trigger(n, event, fields)
})

export const request = (n: number, coins = 5): MessageBody => observe(n, Requested.make({ transfer: "1", coins }))
export const take = (n: number): MessageBody => observe(n, Taken.make({ transfer: "1" }))
export const retry: MessageBody = { _tag: "Retry" }
export const discard: MessageBody = { _tag: "Discard", reason: "booked by hand" }
export const resume: MessageBody = { _tag: "Resume", reason: "the jar is open", at: at(9000) }
export const answer = (
  sentAt: number,
  index: number,
  outcome: Extract<MessageBody, { readonly _tag: "Answer" }>["outcome"] = { _tag: "Succeeded" },
  when: DateTime.Utc = at(8000)
): MessageBody => ({ _tag: "Answer", sentAt, index, outcome, at: when })

/** Pending work with lists in place of chunks. */
export type Listed = Omit<PendingWork, "commands" | "waiting"> & {
  readonly commands: ReadonlyArray<PendingCommand>
  readonly waiting: ReadonlyArray<Trigger>
}

export const listed = (pending: PendingWork): Listed => ({
  ...pending,
  commands: Chunk.toReadonlyArray(pending.commands),
  waiting: Chunk.toReadonlyArray(pending.waiting)
})

/** An instance that handled messages, and all events of its stream. */
export interface Handled<State> extends Omit<Instance<State>, "pending"> {
  readonly pending: Listed
  readonly events: ReadonlyArray<ProcessEvent>
}

/** Instance "1" after these messages, or the first refusal. */
export const handle = <E extends EventType.Tagged, S>(
  process: Process.Process<E, S>,
  ...messages: ReadonlyArray<MessageBody>
): Result.Result<Handled<S>, InstanceRefusal> => handleAll(process, [], messages)

/** As `handle`, if no message is refused. */
export const handled = <E extends EventType.Tagged, S>(
  process: Process.Process<E, S>,
  ...messages: ReadonlyArray<MessageBody>
): Handled<S> => Result.getOrThrow(handle(process, ...messages))

/** An instance with this stream, folded by this process, after these further messages. */
export const reread = <E extends EventType.Tagged, S>(
  process: Process.Process<E, S>,
  events: ReadonlyArray<ProcessEvent>,
  ...messages: ReadonlyArray<MessageBody>
): Handled<S> => Result.getOrThrow(handleAll(process, events, messages))

const handleAll = <S>(
  { instances: { decider } }: Pick<Process.Process<never, S>, "instances">,
  before: ReadonlyArray<ProcessEvent>,
  messages: ReadonlyArray<MessageBody>
): Result.Result<Handled<S>, InstanceRefusal> => {
  let instance = View.fold(decider, before)
  const events = [...before]
  for (const message of messages) {
    const decided = decider.decide({ ...message, instance: "1" }, instance)
    if (Result.isFailure(decided)) return Result.fail(decided.failure)
    instance = View.foldFrom(decider, instance, decided.success)
    events.push(...decided.success)
  }
  return Result.succeed({ ...instance, pending: listed(instance.pending), events })
}
