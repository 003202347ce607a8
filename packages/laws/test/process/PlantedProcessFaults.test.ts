// Planted faults of processes, sagas and runners.
import * as MemoryStore from "@refold/memory/MemoryStore"
import type * as Layer from "effect/Layer"
import * as Sample from "../../src/kit/internal/Sample.ts"
import * as Alarms from "../../src/process/internal/Alarms.ts"
import * as ProcessLaws from "../../src/process/internal/ProcessLaws.ts"
import * as RunnerLaws from "../../src/process/internal/RunnerLaws.ts"
import * as SagaLaws from "../../src/process/internal/SagaLaws.ts"
import * as TimeoutLaws from "../../src/process/internal/TimeoutLaws.ts"
import * as ProcessSuite from "../../src/process/ProcessSuite.ts"
import * as EventStores from "../log/faults/EventStores.ts"
import { pure, type Table } from "../support/Planted.ts"
import * as Planted from "../support/Planted.ts"
import * as Processes from "./faults/Processes.ts"
import * as Sagas from "./faults/Sagas.ts"

const sound = Alarms.make("alarms")

const process = (process: Alarms.Alarms, deploy?: ProcessLaws.Deploy) =>
  pure(ProcessSuite.properties(process, Sample, deploy))

const processLaws: Table<typeof ProcessLaws> = {
  repeatedEventsChangeNothing: { "an instance that forgets observed events": process(Processes.forgetsObservedEvents) },
  stateIsFoldOfStream: { "a process that counts its calls": process(Processes.countsItsCalls) },
  pendingWorkIsFoldOfStream: { "a deployment that decides again": process(sound, Processes.decidesAgain) },
  olderEventsAreObservedAsNative: {
    "a split that gives one event": process(Processes.observesTheFirstEventOnly)
  },
  retryAfterRepairIsUndisturbed: {
    "waiting triggers retried in reverse order": process(sound, Processes.retriesBackwards)
  }
}

const saga = (...args: Parameters<typeof ProcessSuite.sagaProperties>) => pure(ProcessSuite.sagaProperties(...args))

const sagaLaws: Table<typeof SagaLaws> = {
  sagasAreAllOrNothing: { "a saga that ignores late successes": saga(Sagas.ignoresLateSuccesses) },
  compensatesInReverse: {
    "a saga that compensates in order": saga(Sagas.compensatesInOrder),
    "a saga that compensates steps that were not done": saga(Sagas.compensatesOtherSteps)
  }
}

const store = (
  layer: Layer.Layer<ProcessSuite.Stores>,
  ...implementations: Parameters<typeof ProcessSuite.storeProperties>
) => Planted.services(layer, ProcessSuite.storeProperties(...implementations))

const runner = (...implementations: Parameters<typeof ProcessSuite.storeProperties>) =>
  store(MemoryStore.layer, ...implementations)

const runnerLaws: Table<typeof RunnerLaws> = {
  coinsAreConserved: {
    "compensations without effect": runner(Processes.compensatesNothing),
    "keys forgotten by the store": store(Processes.forgetsKeys)
  },
  effectsHappenOnce: {
    "a handler that ignores keys": runner(Processes.ignoresKeys),
    "keys forgotten by the store": store(Processes.forgetsKeys)
  },
  pausedRunnersHaveNoOtherEffect: { "a handler that ignores keys": runner(Processes.ignoresKeys) },
  twoRunnersEndAsOne: { "a handler that ignores keys": store(EventStores.sound, Processes.ignoresKeys) },
  rowsMatchStreams: { "rows without correlation ids": store(Processes.omitsCorrelationIds) },
  recordedCommandsAreSent: { "a handler that decides when sending": runner(Processes.decidesWhenSending) }
}

const timeoutLaws: Table<typeof TimeoutLaws> = {
  timeoutsFireOnce: {
    "a clock that is ahead": runner(undefined, Processes.isADayAhead),
    "a process that cancels nothing": runner(undefined, Processes.cancelsNothing)
  }
}

Planted.find("ProcessLaws", ProcessLaws, [sound], processLaws)
Planted.find("SagaLaws", SagaLaws, [], sagaLaws)
Planted.find("RunnerLaws", RunnerLaws, [], runnerLaws)
Planted.find("TimeoutLaws", TimeoutLaws, [], timeoutLaws)
