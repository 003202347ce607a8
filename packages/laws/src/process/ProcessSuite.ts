/** The laws of processes: of a process of your own, of sagas, and of adapters that processes run on. */
import type { Tagged } from "@refold/core/event/EventType"
import type { Process } from "@refold/core/process/Process"
import type { SnapshotStore } from "@refold/store/decide/SnapshotStore"
import type { EventReader } from "@refold/store/log/EventReader"
import type { EventStore } from "@refold/store/log/EventStore"
import type { ReadModelStore } from "@refold/store/project/ReadModelStore"
import type * as Layer from "effect/Layer"
import * as fc from "fast-check"
import * as Law from "../kit/Law.ts"
import * as Suite from "../kit/Suite.ts"
import * as Coins from "./internal/Coins.ts"
import * as CoinSteps from "./internal/CoinSteps.ts"
import * as ProcessLaws from "./internal/ProcessLaws.ts"
import * as RunnerLaws from "./internal/RunnerLaws.ts"
import * as SagaLaws from "./internal/SagaLaws.ts"
import * as SagaStory from "./internal/SagaStory.ts"
import type * as SagaWorld from "./internal/SagaWorld.ts"
import * as Schedule from "./internal/Schedule.ts"
import * as TimeoutLaws from "./internal/TimeoutLaws.ts"
import * as Timeouts from "./internal/Timeouts.ts"

/** What a process is tried with. */
export interface Inputs<Event> {
  readonly events: fc.Arbitrary<Event>
  /** The names of the streams that they are in; three in each category that the process follows, by default. */
  readonly streams?: fc.Arbitrary<string> | undefined
}

/** The laws of a process over its events. `correlate` must not throw for any of them. */
export const properties = <Event extends Tagged, State>(
  process: Process<Event, State>,
  { events, streams = streamsOf(process) }: Inputs<Event>,
  deploy?: ProcessLaws.Deploy
): ReadonlyArray<Law.Property<never>> => {
  const steps = Schedule.steps(events, streams)
  const broken = fc.record({ steps, at: fc.nat(20), evolves: fc.boolean() })
  return [
    Law.over(ProcessLaws.metTwiceIsMetOnce(process), steps),
    Law.over(ProcessLaws.stateIsFoldOfStream(process), steps),
    Law.over(ProcessLaws.pendingWorkIsOfTheRecord(process, deploy), steps),
    Law.over(ProcessLaws.retriedIsAsIfNothingWas(process, deploy), broken)
  ]
}

const streamsOf = ({ categories = ["any"] }: { readonly categories?: ReadonlyArray<string> | undefined }) =>
  fc.tuple(fc.constantFrom(...categories), fc.constantFrom("1", "2", "3")).map((parts) => parts.join("-"))

/** The laws of sagas, over sagas of every kind. */
export const sagaProperties = (make?: SagaWorld.Make): ReadonlyArray<Law.Property<never>> => [
  Law.over(SagaLaws.allOrNothing(make), SagaStory.story),
  Law.over(SagaLaws.undoneInReverse(make), SagaStory.story)
]

/** What an adapter must have for the laws. */
export type Stores = EventStore | EventReader | SnapshotStore | ReadModelStore

const shape = fc.record({ believesAnswers: fc.boolean() })
const played = fc.record({ shape, steps: CoinSteps.steps })

/** The laws of an adapter's processes. */
export const storeProperties = (
  kit: Coins.Kit = Coins.sound,
  alarms: Timeouts.Kit = Timeouts.sound
): ReadonlyArray<Law.Property<Stores>> => [
  Law.over(RunnerLaws.coinsAreConserved(kit), played),
  Law.over(RunnerLaws.effectsHappenOnce(kit), played),
  Law.over(RunnerLaws.sleepersDoNoHarm(kit), fc.record({ shape, steps: CoinSteps.sleepy })),
  Law.over(RunnerLaws.twoRunnersAreOne(kit), fc.record({ shape, steps: CoinSteps.orderless })),
  Law.over(RunnerLaws.rowsAreInstances(kit), played),
  Law.over(RunnerLaws.recordedIsSent(kit), played),
  Law.over(TimeoutLaws.timeoutsFireOnce(alarms), Timeouts.steps)
]

/** Tests a process of your own. */
export const pure = <Event extends Tagged, State>(
  name: string,
  process: Process<Event, State>,
  inputs: Suite.Options & Inputs<Event>
): void => Suite.pure(name, properties(process, inputs), inputs)

/** Tests the sagas of this package. */
export const sagas = (name: string, options?: Suite.Options): void => Suite.pure(name, sagaProperties(), options)

/** Tests an adapter. Each law is tried on 30 inputs by default. */
export const suite = <R, E>(name: string, layer: Layer.Layer<Stores | R, E>, { runs = 30 }: Suite.Options = {}): void =>
  Suite.layer(name, layer, storeProperties(), { runs })
