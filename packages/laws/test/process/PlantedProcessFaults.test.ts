// Planted faults of processes, sagas and runners.
import * as MemoryStore from "@refold/memory/MemoryStore"
import type * as Layer from "effect/Layer"
import * as Sample from "../../src/kit/internal/Sample.ts"
import * as Alarms from "../../src/process/internal/Alarms.ts"
import * as EarlyEventLaws from "../../src/process/internal/EarlyEventLaws.ts"
import * as ProcessKeyLaws from "../../src/process/internal/ProcessKeyLaws.ts"
import * as ProcessLaws from "../../src/process/internal/ProcessLaws.ts"
import * as RunnerLaws from "../../src/process/internal/RunnerLaws.ts"
import * as SagaLaws from "../../src/process/internal/SagaLaws.ts"
import * as TimeoutLaws from "../../src/process/internal/TimeoutLaws.ts"
import * as ProcessSuite from "../../src/process/ProcessSuite.ts"
import * as EventStores from "../log/faults/EventStores.ts"
import * as ReadModels from "../project/faults/ReadModels.ts"
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
  removedTypesAreLeftOut: { "a deployment that refuses unknown types": process(sound, Processes.refusesUnknownTypes) },
  restartsLikeNew: {
    "a restart with the old state": process(Processes.countsItsInputs, Processes.restartsWithItsState)
  },
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
  },
  earlyEventsCount: { "a saga that forgets early events": saga(Sagas.forgetsEarlyEvents) },
  changesKeepSagasGoing: { "a saga that is folded again under its new steps": saga(Sagas.foldsAgain) }
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
  twoRunnersEndAsOne: {
    // Two such runners never end; otherwise an input takes milliseconds.
    "a handler that ignores keys": Planted.services(
      EventStores.sound,
      ProcessSuite.storeProperties(Processes.ignoresKeys),
      "5 seconds"
    )
  },
  partitionsEndAsOne: { "a change of partitions that skips": store(ReadModels.skipsWhenPartitionsChange) },
  rowsMatchStreams: {
    "rows without phases": store(Processes.omitsPhases),
    "compensated sagas that never end": runner(Sagas.neverEndsCompensated)
  },
  recordedCommandsAreSent: { "a handler that decides when sending": runner(Processes.decidesWhenSending) }
}

const timeoutLaws: Table<typeof TimeoutLaws> = {
  timeoutsFireOnce: {
    "a clock that is ahead": runner(undefined, Processes.isADayAhead),
    "a process that cancels nothing": runner(undefined, Processes.cancelsNothing),
    "a process that is parked by a time in the past": runner(undefined, Processes.refusesThePast)
  }
}

const processKeyLaws: Table<typeof ProcessKeyLaws> = {
  guessedKeysForgeNothing: { "one space of keys, in which every conflict is accepted": store(Processes.sharesKeys) }
}

const earlyEventLaws: Table<typeof EarlyEventLaws> = {
  earlyEventsCount: { "a saga that forgets early events": runner(Sagas.forgetsEarlyAnswers) }
}

Planted.find("ProcessLaws", ProcessLaws, [sound], processLaws)
Planted.find("SagaLaws", SagaLaws, [], sagaLaws)
Planted.find("RunnerLaws", RunnerLaws, [], runnerLaws)
Planted.find("TimeoutLaws", TimeoutLaws, [], timeoutLaws)
Planted.find("ProcessKeyLaws", ProcessKeyLaws, [], processKeyLaws)
Planted.find("EarlyEventLaws", EarlyEventLaws, [], earlyEventLaws)
