/** Tests that loaded states agree: on one store with the fold in TypeScript, and on several stores with each other. */
import type { Aggregate } from "@refold/core/decide/Aggregate"
import type { EncodedEvent, EventCodec } from "@refold/core/event/EventCodec"
import type { Tagged } from "@refold/core/event/EventType"
import type { SnapshotStore } from "@refold/store/decide/SnapshotStore"
import type { EventReader } from "@refold/store/log/EventReader"
import type { EventStore } from "@refold/store/log/EventStore"
import type * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as fc from "fast-check"
import * as Arbitraries from "../kit/internal/Arbitraries.ts"
import * as Sample from "../kit/internal/Sample.ts"
import * as Law from "../kit/Law.ts"
import * as Suite from "../kit/Suite.ts"
import * as CommandHandlerLaws from "./internal/CommandHandlerLaws.ts"
import * as ConcurrentCommandLaws from "./internal/ConcurrentCommandLaws.ts"
import * as ReplayLaws from "./internal/ReplayLaws.ts"

type Stores = EventStore | EventReader | SnapshotStore

/** An aggregate, and the inputs of its laws. */
export interface Subject<Command, State, Event extends Tagged, Refusal> {
  readonly aggregate: Aggregate<Command, State, Event, Refusal>
  readonly commands: fc.Arbitrary<Command>
  /** Events in the latest version, in any order. */
  readonly events: fc.Arbitrary<Event>
  /** Events as older code stored them; none by default. */
  readonly older?: fc.Arbitrary<{ readonly stored: EncodedEvent }> | undefined
  /** The function that loads states; `State.load` by default. */
  readonly load?: ReplayLaws.Load | undefined
}

/** An aggregate to test adapters with: it has older versions, former names and snapshots. */
export const sample: Subject<Sample.Command, Sample.State, Sample.Event, Sample.Refusal> = Sample

/** The laws of an aggregate on a store: loading states, and handling commands. */
export const properties = <Command, State, Event extends Tagged, Refusal>(
  { aggregate, commands, events, load, older }: Subject<Command, State, Event, Refusal>
): ReadonlyArray<Law.Property<Stores>> => {
  const histories = historiesOf(aggregate.events, events, older)
  const cut = fc.tuple(histories, fc.nat(6))
  const commandLists = fc.array(commands, { maxLength: 8 })
  return [
    Law.over(ReplayLaws.snapshotAndTailIsReplay(aggregate, load), histories),
    Law.over(ReplayLaws.asOfVersion(aggregate, load), cut),
    Law.over(ReplayLaws.asOfPosition(aggregate, load), cut),
    Law.over(ReplayLaws.asOfRecordedAt(aggregate, load), cut),
    Law.over(ReplayLaws.asOfOccurredAt(aggregate, load), cut),
    Law.over(ReplayLaws.beyondTheEndIsRefused(aggregate, load), histories),
    Law.over(CommandHandlerLaws.handlingIsDeciding(aggregate), commandLists),
    Law.over(CommandHandlerLaws.repeatedCommandGetsFirstAnswer(aggregate), commandLists),
    Law.over(ConcurrentCommandLaws.concurrentCommandsAreSerialized(aggregate), fc.array(commands, { maxLength: 5 }))
  ]
}

const historiesOf = <Event extends Tagged>(
  codec: EventCodec<Event>,
  events: fc.Arbitrary<Event>,
  older: Subject<unknown, unknown, Event, unknown>["older"]
): fc.Arbitrary<ReplayLaws.History> => {
  const latest = events.map((event) => Result.getOrThrow(codec.encode(event)))
  const stored = older === undefined ? latest : fc.oneof(latest, older.map(({ stored }) => stored))
  return fc.array(fc.record({ stored, occurredAt: Arbitraries.time }), { maxLength: 6 })
}

/** The name and the layer of an adapter. */
export type Adapter = readonly [name: string, layer: Layer.Layer<Stores, unknown>]

/** The law that the same history of an aggregate has the same states in several adapters. */
export const acrossAdapters = <Command, State, Event extends Tagged, Refusal>(
  { aggregate, events, load, older }: Subject<Command, State, Event, Refusal>,
  adapters: ReadonlyArray<Suite.NamedServices<Stores>>
): Law.Property<never> =>
  Law.over(ReplayLaws.adaptersAgree(aggregate, adapters, load), historiesOf(aggregate.events, events, older))

/** Tests that the same history of an aggregate has the same states in several adapters, with 25 histories by default. */
export const suite = <Command, State, Event extends Tagged, Refusal>(
  name: string,
  adapters: ReadonlyArray<Adapter>,
  subject: Subject<Command, State, Event, Refusal>,
  options?: Suite.Options
): void => Suite.across(name, adapters, (stores) => acrossAdapters(subject, stores), options)
