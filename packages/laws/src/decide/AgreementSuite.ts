/** The laws of agreement as Vitest suites: of one store with the fold in TypeScript, and of several with one another. */
import type { Aggregate } from "@refold/core/decide/Aggregate"
import type { EncodedEvent, EventCodec } from "@refold/core/event/EventCodec"
import type { Tagged } from "@refold/core/event/EventType"
import type { SnapshotStore } from "@refold/store/decide/SnapshotStore"
import type { EventReader } from "@refold/store/log/EventReader"
import type { EventStore } from "@refold/store/log/EventStore"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Result from "effect/Result"
import * as fc from "fast-check"
import { afterAll, describe } from "vitest"
import * as Arbitraries from "../kit/internal/Arbitraries.ts"
import * as Sample from "../kit/internal/Sample.ts"
import * as Law from "../kit/Law.ts"
import * as Suite from "../kit/Suite.ts"
import * as AgreementLaws from "./internal/AgreementLaws.ts"
import * as CommandHandlerLaws from "./internal/CommandHandlerLaws.ts"

/** An aggregate, and what it is tried with. */
export interface Subject<Command, State, Event extends Tagged, Refusal> {
  readonly aggregate: Aggregate<Command, State, Event, Refusal>
  readonly commands: fc.Arbitrary<Command>
  readonly events: fc.Arbitrary<Event>
  /** Events as older code stored them. */
  readonly older?: fc.Arbitrary<{ readonly stored: EncodedEvent }> | undefined
  /** How states are loaded, where that is not by `State.load`. */
  readonly load?: AgreementLaws.Load | undefined
}

/** The sample aggregate: every kind of past in a few lines. */
export const sample: Subject<Sample.Command, Sample.State, Sample.Event, Sample.Refusal> = Sample

/** The laws of an aggregate on a store. */
export const properties = <Command, State, Event extends Tagged, Refusal>(
  { aggregate, commands, events, load, older }: Subject<Command, State, Event, Refusal>
): ReadonlyArray<Law.Property<EventStore | EventReader | SnapshotStore>> => {
  const histories = historiesOf(aggregate.codec, events, older)
  const cut = fc.tuple(histories, fc.nat(6))
  const commandLists = fc.array(commands, { maxLength: 8 })
  return [
    Law.over(AgreementLaws.snapshotAndTailIsReplay(aggregate, load), histories),
    Law.over(AgreementLaws.asOfVersion(aggregate, load), cut),
    Law.over(AgreementLaws.asOfPosition(aggregate, load), cut),
    Law.over(AgreementLaws.asOfRecordedAt(aggregate, load), cut),
    Law.over(AgreementLaws.asOfOccurredAt(aggregate, load), cut),
    Law.over(CommandHandlerLaws.handlingIsDeciding(aggregate), commandLists),
    Law.over(CommandHandlerLaws.repeatedCommandGetsFirstAnswer(aggregate), commandLists),
    Law.over(CommandHandlerLaws.concurrentCommandsTakeTurns(aggregate), fc.array(commands, { maxLength: 5 }))
  ]
}

const historiesOf = <Event extends Tagged>(
  codec: EventCodec<Event>,
  events: fc.Arbitrary<Event>,
  older: Subject<unknown, unknown, Event, unknown>["older"]
): fc.Arbitrary<AgreementLaws.History> => {
  const latest = events.map((event) => Result.getOrThrow(codec.encode(event)))
  const stored = older === undefined ? latest : fc.oneof(latest, older.map(({ stored }) => stored))
  return fc.array(fc.record({ stored, occurredAt: Arbitraries.time }), { maxLength: 6 })
}

/** A name and the layer of an adapter. */
export type Adapter = readonly [name: string, layer: Layer.Layer<EventStore | EventReader | SnapshotStore, unknown>]

/** The law that the same histories of an aggregate have the same states in several adapters. */
export const acrossAdapters = <Command, State, Event extends Tagged, Refusal>(
  { aggregate, events, load, older }: Subject<Command, State, Event, Refusal>,
  adapters: ReadonlyArray<AgreementLaws.NamedStores>
): Law.Property<never> =>
  Law.over(AgreementLaws.adaptersAgree(aggregate, adapters, load), historiesOf(aggregate.codec, events, older))

/** Tests that the same histories of an aggregate have the same states in several adapters. */
export const suite = <Command, State, Event extends Tagged, Refusal>(
  name: string,
  adapters: ReadonlyArray<Adapter>,
  subject: Subject<Command, State, Event, Refusal>,
  { runs = 20 }: Suite.Options = {}
): void => {
  // oxlint-disable-next-line vitest/valid-title
  describe(name, () => {
    const runtimes = adapters.map(([, layer]) => ManagedRuntime.make(layer))
    afterAll(() => Promise.all(runtimes.map((runtime) => runtime.dispose())), Suite.patience)
    const stores = runtimes.map(({ contextEffect }, index) => [adapters[index]![0], contextEffect] as const)
    Suite.register([acrossAdapters(subject, stores)], { runs, run: Effect.runPromise })
  })
}
