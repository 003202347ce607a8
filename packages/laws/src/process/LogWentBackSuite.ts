/**
 * Tests programs on an adapter whose log goes back, as by a fail-over to a standby that lags behind: projections,
 * subscriptions, cached readers and process runners. The adapter must offer copies of its content.
 */
import type * as Layer from "effect/Layer"
import * as fc from "fast-check"
import * as Law from "../kit/Law.ts"
import * as Suite from "../kit/Suite.ts"
import * as Histories from "../project/internal/Histories.ts"
import * as LogWentBackLaws from "../project/internal/LogWentBackLaws.ts"
import * as LostEventLaws from "../project/internal/LostEventLaws.ts"
import * as SampleProjections from "../project/internal/SampleProjections.ts"
import * as RunnerWentBackLaws from "./internal/RunnerWentBackLaws.ts"
import type * as TransferRun from "./internal/TransferRun.ts"
import * as TransferScript from "./internal/TransferScript.ts"

/** The services under test. */
export type Stores = LogWentBackLaws.Stores | RunnerWentBackLaws.Stores

const some = Histories.of(Histories.entry, 4)

const logCase: fc.Arbitrary<LogWentBackLaws.LogCase> = fc.record({
  shape: SampleProjections.arbitrary,
  kept: some,
  lost: some,
  later: fc.array(some, { minLength: 1, maxLength: 2 }),
  from: fc.integer({ min: 1, max: 6 }),
  onLogChange: fc.constantFrom("resume", "resume", "fail")
})

const runnerCase: fc.Arbitrary<RunnerWentBackLaws.RunnerCase> = fc.record({
  shape: fc.record({ confirmedByAnswer: fc.boolean() }),
  kept: TransferScript.orderIndependent,
  lost: TransferScript.requests,
  later: TransferScript.requests,
  isIdle: fc.boolean()
})

/** The laws of an adapter. */
export const properties = (implementation?: TransferRun.Implementation): ReadonlyArray<Law.Property<Stores>> => [
  Law.over(LogWentBackLaws.projectionsFollowTheLog, logCase),
  Law.over(LostEventLaws.subscriptionsFollowTheLog, logCase),
  Law.over(LostEventLaws.cursorsNoticeALogThatWentBack, logCase),
  Law.over(LostEventLaws.positionsBeyondTheLogFail, logCase, { cost: 5 }),
  Law.over(LogWentBackLaws.cachedAnswersAreOfTheLog, logCase),
  Law.over(LogWentBackLaws.rebuildsKeepToTheirRows, logCase),
  Law.over(RunnerWentBackLaws.runnersFollowTheLog(implementation), runnerCase)
]

/** Tests an adapter, given as the layer of its stores. Each law is tried on 25 inputs by default. */
export const suite = <R, E>(name: string, layer: Layer.Layer<Stores | R, E>, options?: Suite.Options): void =>
  Suite.layer(name, layer, properties(), options)
