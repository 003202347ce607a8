// Planted faults of stores whose log goes back.
import type * as Layer from "effect/Layer"
import * as RunnerWentBackLaws from "../../src/process/internal/RunnerWentBackLaws.ts"
import * as LogWentBackSuite from "../../src/process/LogWentBackSuite.ts"
import * as LogWentBackLaws from "../../src/project/internal/LogWentBackLaws.ts"
import * as LostEventLaws from "../../src/project/internal/LostEventLaws.ts"
import type { Table } from "../support/Planted.ts"
import * as Planted from "../support/Planted.ts"
import * as LogsThatGoBack from "./faults/LogsThatGoBack.ts"

const store = (layer: Layer.Layer<LogWentBackSuite.Stores>) => Planted.services(layer, LogWentBackSuite.properties())

const logWentBackLaws: Table<typeof LogWentBackLaws> = {
  projectionsFollowTheLog: { "a head that never decreases": store(LogsThatGoBack.remembersTheHighestHead) },
  cachedAnswersAreOfTheLog: { "a revision that comes again": store(LogsThatGoBack.countsRevisions) },
  rebuildsKeepToTheirRows: {
    "a generation that is identified by its id alone": store(LogsThatGoBack.remembersGenerations)
  }
}

const lostEventLaws: Table<typeof LostEventLaws> = {
  subscriptionsFollowTheLog: {
    "a head that never decreases": store(LogsThatGoBack.remembersTheHighestHead),
    "an instance that never changes": store(LogsThatGoBack.hasOneInstance)
  },
  cursorsNoticeALogThatWentBack: {
    "an instance that never changes": store(LogsThatGoBack.hasOneInstance),
    "lost events that are still found": store(LogsThatGoBack.findsLostEvents)
  },
  positionsBeyondTheLogFail: { "a log without an end": store(LogsThatGoBack.hasNoEnd) }
}

const runnerWentBackLaws: Table<typeof RunnerWentBackLaws> = {
  runnersFollowTheLog: { "a head that never decreases": store(LogsThatGoBack.remembersTheHighestHead) }
}

Planted.find("LogWentBackLaws", LogWentBackLaws, [], logWentBackLaws)
Planted.find("LostEventLaws", LostEventLaws, [], lostEventLaws)
Planted.find("RunnerWentBackLaws", RunnerWentBackLaws, [], runnerWentBackLaws)
