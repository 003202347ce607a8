// The planted faults of processes: for each law of processes, sagas, and those who run them, something that breaks it.
import * as MemoryStore from "@refold/memory/MemoryStore"
import type * as Layer from "effect/Layer"
import * as Sample from "../../src/kit/internal/Sample.ts"
import * as Alarms from "../../src/process/internal/Alarms.ts"
import * as ProcessLaws from "../../src/process/internal/ProcessLaws.ts"
import * as RunnerLaws from "../../src/process/internal/RunnerLaws.ts"
import * as SagaLaws from "../../src/process/internal/SagaLaws.ts"
import * as TimeoutLaws from "../../src/process/internal/TimeoutLaws.ts"
import * as ProcessSuite from "../../src/process/ProcessSuite.ts"
import * as Processes from "../faults/Processes.ts"
import * as Sagas from "../faults/Sagas.ts"
import * as Stores from "../faults/Stores.ts"
import { pure, type Table } from "../support/Planted.ts"
import * as Planted from "../support/Planted.ts"

const sound = Alarms.make("alarms")

const process = (process: Alarms.Alarms, deploy?: ProcessLaws.Deploy) =>
  pure(ProcessSuite.properties(process, { events: Sample.events }, deploy))

const processLaws: Table<typeof ProcessLaws> = {
  metTwiceIsMetOnce: { "an instance that forgets what it met": process(Processes.forgetsWhatItMet) },
  stateIsFoldOfStream: { "a process that counts its calls": process(Processes.countsItsCalls) },
  pendingWorkIsOfTheRecord: { "a deployment that decides anew": process(sound, Processes.decidesAnew) },
  retriedIsAsIfNothingWas: { "waiting triggers retried backwards": process(sound, Processes.retriesBackwards) }
}

const saga = (...args: Parameters<typeof ProcessSuite.sagaProperties>) => pure(ProcessSuite.sagaProperties(...args))

const sagaLaws: Table<typeof SagaLaws> = {
  allOrNothing: { "a saga that forgets late successes": saga(Sagas.forgetsLateSuccesses) },
  undoneInReverse: {
    "a saga that compensates in order": saga(Sagas.compensatesInOrder),
    "a saga that compensates what was not done": saga(Sagas.compensatesOtherSteps)
  }
}

const store = (layer: Layer.Layer<ProcessSuite.Stores>, ...kits: Parameters<typeof ProcessSuite.storeProperties>) =>
  Planted.services(layer, ProcessSuite.storeProperties(...kits))

const kit = (...kits: Parameters<typeof ProcessSuite.storeProperties>) => store(MemoryStore.layer, ...kits)

const runnerLaws: Table<typeof RunnerLaws> = {
  coinsAreConserved: {
    "compensations that do nothing": kit(Processes.putsNothingBack),
    "keys forgotten by the store": store(Processes.forgetsKeys)
  },
  effectsHappenOnce: {
    "a handler that ignores keys": kit(Processes.ignoresKeys),
    "keys forgotten by the store": store(Processes.forgetsKeys)
  },
  sleepersDoNoHarm: { "a handler that ignores keys": kit(Processes.ignoresKeys) },
  twoRunnersAreOne: { "a handler that ignores keys": store(Stores.sound, Processes.ignoresKeys) },
  rowsAreInstances: { "rows that lose something": store(Processes.forgetsCorrelation) },
  recordedIsSent: { "a handler that asks the code of today": kit(Processes.asksTheCodeOfToday) }
}

const timeoutLaws: Table<typeof TimeoutLaws> = {
  timeoutsFireOnce: {
    "a clock that is ahead": kit(undefined, Processes.isEarly),
    "a process that cancels nothing": kit(undefined, Processes.cancelsNothing)
  }
}

Planted.find("ProcessLaws", ProcessLaws, [sound], processLaws)
Planted.find("SagaLaws", SagaLaws, [], sagaLaws)
Planted.find("RunnerLaws", RunnerLaws, [], runnerLaws)
Planted.find("TimeoutLaws", TimeoutLaws, [], timeoutLaws)
