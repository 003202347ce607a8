/**
 * Tests an adapter's event store and snapshot store: appends, reads, idempotency keys, concurrent writers, command
 * handlers, and agreement with the Journal, the pure specification.
 */
import * as Json from "@refold/core/event/Json"
import { Position } from "@refold/core/event/Position"
import { StreamVersion } from "@refold/core/event/StreamVersion"
import type { SnapshotStore } from "@refold/store/decide/SnapshotStore"
import type { EventReader } from "@refold/store/log/EventReader"
import type { EventStore } from "@refold/store/log/EventStore"
import type * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as fc from "fast-check"
import * as AgreementSuite from "./decide/AgreementSuite.ts"
import * as CommandHandlerLaws from "./decide/internal/CommandHandlerLaws.ts"
import * as ConcurrentCommandLaws from "./decide/internal/ConcurrentCommandLaws.ts"
import type * as HandlerRun from "./decide/internal/HandlerRun.ts"
import * as HandlerScript from "./decide/internal/HandlerScript.ts"
import * as LossyTill from "./decide/internal/LossyTill.ts"
import * as PutBackLaws from "./decide/internal/PutBackLaws.ts"
import * as PutBackScript from "./decide/internal/PutBackScript.ts"
import * as RememberedLaws from "./decide/internal/RememberedLaws.ts"
import * as SnapshotStoreLaws from "./decide/internal/SnapshotStoreLaws.ts"
import * as TogetherLaws from "./decide/internal/TogetherLaws.ts"
import * as Programs from "./journal/internal/Programs.ts"
import * as SymbolicReads from "./journal/internal/SymbolicReads.ts"
import * as Arbitraries from "./kit/internal/Arbitraries.ts"
import * as Sample from "./kit/internal/Sample.ts"
import * as Law from "./kit/Law.ts"
import * as Suite from "./kit/Suite.ts"
import * as ConcurrencyLaws from "./log/internal/ConcurrencyLaws.ts"
import * as EventStoreLaws from "./log/internal/EventStoreLaws.ts"
import * as KeyLaws from "./log/internal/KeyLaws.ts"
import * as NeighbourLaws from "./log/internal/NeighbourLaws.ts"
import * as StreamSubscriptionLaws from "./log/internal/StreamSubscriptionLaws.ts"
import type { Transaction } from "./log/internal/Tail.ts"

type Stores = EventStore | EventReader | SnapshotStore

/** The capabilities of an adapter beyond the ports. `R` are further services of its layer. */
export interface Options<R> extends Suite.Options {
  /**
   * Runs an effect in one transaction, if the adapter has transactions of its callers:
   * `(effect) => Effect.flatMap(SqlClient, (sql) => sql.withTransaction(effect))`. None by default.
   */
  readonly transaction?: Transaction<R> | undefined
  /** `AgreementSuite.properties` of an aggregate; of the sample aggregate by default. */
  readonly agreement?: ReadonlyArray<Law.Property<Stores>> | undefined
}

/** The laws of an adapter, to select from or to check without Vitest. */
export const properties = <R = never>(
  { agreement, transaction }: Options<R> = {}
): ReadonlyArray<Law.Property<Stores | R>> => [
  ...eventStore,
  ...concurrency,
  ...handlerProperties(),
  ...togetherProperties(),
  Law.over(RememberedLaws.answersAreOfStoredEvents(), fc.array(LossyTill.commands, { maxLength: 6 })),
  Law.over(ConcurrencyLaws.tailMissesNothing(transaction), fc.array(writer, { minLength: 1, maxLength: 6 })),
  ...streamSubscriptions,
  ...snapshotStore,
  ...agreement ?? AgreementSuite.properties(AgreementSuite.sample)
]

/**
 * Tests an adapter, given as the layer of its stores. Each law is tried on 25 inputs by default. The store must not be in
 * use: a law deletes all old idempotency keys.
 */
export const suite = <R, E>(name: string, layer: Layer.Layer<Stores | R, E>, options: Options<R> = {}): void =>
  Suite.layer(name, layer, properties(options), options)

const eventStore = [
  Law.over(
    EventStoreLaws.readsAgree,
    fc.tuple(Programs.arbitrary, fc.array(SymbolicReads.arbitrary, { maxLength: 12, size: "max" }))
  ),
  Law.over(EventStoreLaws.limitCasesAgree, Programs.limitCases),
  Law.over(KeyLaws.keyExpiryAgrees, Programs.withKeyExpiry),
  ...[
    EventStoreLaws.commitsAgree,
    EventStoreLaws.keysAreInStoredOrder,
    KeyLaws.lookupsAgree,
    EventStoreLaws.columnsAgree,
    EventStoreLaws.headIsLast,
    EventStoreLaws.commitsAreAllOrNothing,
    EventStoreLaws.retriesChangeNothing,
    EventStoreLaws.storedDataIsNotShared,
    EventStoreLaws.eventIdsAreUnique,
    EventStoreLaws.versionsHaveNoGaps,
    EventStoreLaws.versionOrderIsPositionOrder,
    EventStoreLaws.timesNeverDecrease,
    EventStoreLaws.commitsHaveOneTime,
    EventStoreLaws.asOfPositionIsPrefix,
    EventStoreLaws.asOfInstantIsFilter,
    EventStoreLaws.commitsAreNamed,
    EventStoreLaws.idsAreFilters,
    EventStoreLaws.emptyRangesAreEmpty,
    EventStoreLaws.pagingIsReadingAtOnce
  ].map((law) => Law.over(law, Programs.arbitrary))
]

const race = fc.record({ writers: fc.integer({ min: 2, max: 8 }), events: fc.integer({ min: 1, max: 3 }) })

const concurrency = [
  ConcurrencyLaws.oneConcurrentAppendWins,
  ConcurrencyLaws.appendsWithoutExpectationSucceed,
  ConcurrencyLaws.crossedGuardsConflict,
  ConcurrencyLaws.concurrentRetriesAreStoredOnce,
  ConcurrencyLaws.oppositeOrdersAgree,
  NeighbourLaws.answersAreTheCallersOwn,
  NeighbourLaws.oneEventIdIsStoredOnce,
  NeighbourLaws.interruptionsStayAlone
].map((law) => Law.over(law, race))

const streamCase: fc.Arbitrary<StreamSubscriptionLaws.StreamCase> = fc.record({
  before: fc.nat(4),
  during: fc.nat(4),
  from: fc.nat(4),
  isFiltered: fc.boolean()
})

const streamSubscriptions = [
  StreamSubscriptionLaws.everyEventOfTheStreamOnce,
  StreamSubscriptionLaws.resumedAfterAVersion
].map((law) => Law.over(law, streamCase))

// To another jar, because a stream may occur once in a commit.
const move = (jars: number): fc.Arbitrary<TogetherLaws.Move> =>
  fc.record({
    from: fc.nat(jars - 1),
    by: fc.integer({ min: 1, max: jars - 1 }),
    coins: fc.integer({ min: 1, max: 6 })
  })
    .map(({ by, coins, from }) => ({ from, to: (from + by) % jars, coins }))

const before = fc.array(Sample.commands, { maxLength: 5 })

/** The laws of handlers that cache states, for other handlers than `CommandHandler.make` if given. */
export const handlerProperties = (
  make?: HandlerRun.Make<Sample.Command, Sample.State, Sample.Event, Sample.Refusal>
): ReadonlyArray<Law.Property<Stores>> => [
  Law.over(
    CommandHandlerLaws.cachedHandlersAgree(Sample.aggregate, make),
    HandlerScript.steps(Sample.commands, Sample.events)
  ),
  Law.over(
    PutBackLaws.handlersFollowTheLog(Sample.aggregate, make),
    PutBackScript.steps(Sample.commands, Sample.events)
  ),
  Law.over(
    ConcurrentCommandLaws.concurrentCommandsAreSerial(Sample.aggregate),
    fc.record({ before, concurrent: fc.array(Sample.commands, { minLength: 2, maxLength: 6 }) })
  ),
  Law.over(
    ConcurrentCommandLaws.concurrentRetriesGetOneAnswer(Sample.aggregate),
    fc.record({ before, command: Sample.commands, copies: fc.integer({ min: 2, max: 6 }) })
  )
]

const jars = fc.constantFrom(2, 3, 4)

/** The laws of commands that are handled together, for another function than `Together.handle` if given. */
export const togetherProperties = (handle?: TogetherLaws.Handle): ReadonlyArray<Law.Property<Stores>> => [
  Law.over(TogetherLaws.undecidedPartsHold(handle), jars),
  Law.over(
    TogetherLaws.togetherIsAllOrNothing(handle),
    jars.chain((count) =>
      fc.record({
        jars: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: count, maxLength: count }),
        moves: fc.array(move(count), { minLength: 1, maxLength: 5 }),
        copies: fc.integer({ min: 1, max: 2 })
      })
    )
  )
]

const writer = fc.record({
  delays: fc.array(fc.nat(5), { minLength: 1, maxLength: 3 }),
  holdOpen: fc.nat(8),
  rollsBack: fc.boolean()
})

const snapshot = fc.record({
  version: fc.integer({ min: 1, max: 9 }).map(StreamVersion),
  lastEventId: Arbitraries.eventId,
  position: fc.integer({ min: 1, max: 2 ** 40 }).map(Position),
  recordedAt: Arbitraries.time,
  state: Arbitraries.json.map((state) => Result.getOrThrow(Json.storable(state, "state")))
})

const snapshotStore = Object.values(SnapshotStoreLaws).map((law) =>
  Law.over(law, fc.record({ view: Arbitraries.name, one: snapshot, two: snapshot }))
)
