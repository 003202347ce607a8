/** Tests a process or saga, or an adapter that processes run on. */
import type { Tagged } from "@refold/core/event/EventType"
import type { Process } from "@refold/core/process/Process"
import type { SnapshotStore } from "@refold/store/decide/SnapshotStore"
import type { EventReader } from "@refold/store/log/EventReader"
import type { EventStore } from "@refold/store/log/EventStore"
import type { ReadModelStore } from "@refold/store/project/ReadModelStore"
import type * as Layer from "effect/Layer"
import * as fc from "fast-check"
import type { Older } from "../event/internal/Older.ts"
import * as Law from "../kit/Law.ts"
import * as Suite from "../kit/Suite.ts"
import * as AlarmScript from "./internal/AlarmScript.ts"
import * as ApprovedTransfers from "./internal/ApprovedTransfers.ts"
import * as EarlyEventLaws from "./internal/EarlyEventLaws.ts"
import * as InstanceScript from "./internal/InstanceScript.ts"
import * as ProcessKeyLaws from "./internal/ProcessKeyLaws.ts"
import * as ProcessLaws from "./internal/ProcessLaws.ts"
import * as RunnerLaws from "./internal/RunnerLaws.ts"
import * as SagaChange from "./internal/SagaChange.ts"
import * as SagaEarly from "./internal/SagaEarly.ts"
import type * as SagaEnvironment from "./internal/SagaEnvironment.ts"
import * as SagaLaws from "./internal/SagaLaws.ts"
import * as SagaScript from "./internal/SagaScript.ts"
import * as TimeoutLaws from "./internal/TimeoutLaws.ts"
import * as TransferRun from "./internal/TransferRun.ts"
import * as TransferScript from "./internal/TransferScript.ts"

/** The inputs of the laws of a process. */
export interface Inputs<Event> {
  /** Events of every type that the process observes, in any order. `correlate` must not throw for any of them. */
  readonly events: fc.Arbitrary<Event>
  /** Events as older code stored them, each with the events that it is read as; none by default. */
  readonly older?: fc.Arbitrary<Older<Event>> | undefined
  /** The names of their streams; by default three streams in each category that the process observes. */
  readonly streams?: fc.Arbitrary<string> | undefined
}

/** The laws of a process over these inputs. */
export const properties = <Event extends Tagged, State>(
  process: Process<Event, State>,
  { events, older, streams = streamsOf(process) }: Inputs<Event>,
  deploy?: ProcessLaws.Deploy
): ReadonlyArray<Law.Property<never>> => {
  const steps = InstanceScript.steps(events, streams)
  const broken = fc.record({ steps, at: fc.nat(20), evolves: fc.boolean() })
  return [
    Law.over(ProcessLaws.repeatedEventsChangeNothing(process), steps),
    Law.over(ProcessLaws.stateIsFoldOfStream(process), steps),
    Law.over(ProcessLaws.pendingWorkIsFoldOfStream(process, deploy), steps),
    Law.over(ProcessLaws.removedTypesAreLeftOut(process, deploy), fc.record({ steps, which: fc.nat(20) })),
    Law.over(ProcessLaws.restartsLikeNew(process, deploy), steps),
    Law.over(ProcessLaws.retryAfterRepairIsUndisturbed(process, deploy), broken),
    ...(older === undefined ? [] : [
      Law.over(
        ProcessLaws.olderEventsAreObservedAsNative(process),
        fc.array(fc.record({ stream: streams, event: older }), { maxLength: 8 })
      )
    ])
  ]
}

const streamsOf = ({ categories = ["any"] }: { readonly categories?: ReadonlyArray<string> | undefined }) =>
  fc.tuple(fc.constantFrom(...categories), fc.constantFrom("1", "2", "3")).map((parts) => parts.join("-"))

/** The laws of sagas, over generated sagas. `make` replaces `Saga.makeUnsafe`. */
export const sagaProperties = (make?: SagaEnvironment.Make): ReadonlyArray<Law.Property<never>> => [
  Law.over(SagaLaws.sagasAreAllOrNothing(make), SagaScript.arbitrary),
  Law.over(SagaLaws.compensatesInReverse(make), SagaScript.arbitrary),
  Law.over(SagaLaws.earlyEventsCount(make), SagaEarly.arbitrary),
  Law.over(SagaLaws.changesKeepSagasGoing(make), SagaChange.arbitrary)
]

/** The services under test. */
export type Stores = EventStore | EventReader | SnapshotStore | ReadModelStore

const shape = fc.record({ confirmedByAnswer: fc.boolean() })
const transfers = fc.record({ shape, steps: TransferScript.steps })

// Runners that collide wait before they retry.
const retrying = { cost: 4 }

/** The laws of processes on an adapter, to select from or to check without Vitest. */
export const storeProperties = (
  implementation: TransferRun.Implementation = TransferRun.standard,
  alarms: AlarmScript.AlarmImplementation = AlarmScript.standard
): ReadonlyArray<Law.Property<Stores>> => [
  Law.over(RunnerLaws.coinsAreConserved(implementation), transfers),
  Law.over(RunnerLaws.effectsHappenOnce(implementation), transfers),
  Law.over(
    RunnerLaws.pausedRunnersHaveNoOtherEffect(implementation),
    fc.record({ shape, steps: TransferScript.withPauses }),
    retrying
  ),
  Law.over(
    RunnerLaws.twoRunnersEndAsOne(implementation),
    fc.record({ shape, steps: TransferScript.orderIndependent }),
    retrying
  ),
  Law.over(
    RunnerLaws.partitionsEndAsOne(implementation),
    fc.record({
      shape,
      steps: TransferScript.orderIndependent,
      partitions: fc.integer({ min: 2, max: 4 }),
      observed: fc.nat(20)
    })
  ),
  Law.over(RunnerLaws.rowsMatchStreams(implementation), transfers),
  Law.over(RunnerLaws.recordedCommandsAreSent(implementation), transfers),
  Law.over(
    ProcessKeyLaws.guessedKeysForgeNothing(implementation),
    fc.record({ shape, steps: TransferScript.orderIndependent })
  ),
  Law.over(TimeoutLaws.timeoutsFireOnce(alarms), AlarmScript.steps),
  Law.over(EarlyEventLaws.earlyEventsCount(implementation), ApprovedTransfers.arbitrary)
]

/** Tests a process or saga, each law with 100 inputs by default. No store is needed. */
export const pure = <Event extends Tagged, State>(
  name: string,
  process: Process<Event, State>,
  inputs: Suite.Options & Inputs<Event>
): void => Suite.pure(name, properties(process, inputs), inputs)

/** Tests that sagas end with all steps done or compensated, over generated sagas. */
export const sagas = (name: string, options?: Suite.Options): void => Suite.pure(name, sagaProperties(), options)

/** Tests an adapter, given as the layer of its stores. Each law is tried on 25 inputs by default. */
export const suite = <R, E>(name: string, layer: Layer.Layer<Stores | R, E>, options?: Suite.Options): void =>
  Suite.layer(name, layer, storeProperties(), options)
