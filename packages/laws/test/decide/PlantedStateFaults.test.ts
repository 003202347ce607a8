// Planted faults of loaded states, snapshots and command handlers.
import * as View from "@refold/core/decide/View"
import { decodeAll } from "@refold/core/event/EventCodec"
import * as AsOf from "@refold/core/journal/AsOf"
import * as Snapshots from "@refold/store/decide/Snapshots"
import type { SnapshotStore } from "@refold/store/decide/SnapshotStore"
import * as State from "@refold/store/decide/State"
import * as Together from "@refold/store/decide/Together"
import { EventReader } from "@refold/store/log/EventReader"
import type { EventStore } from "@refold/store/log/EventStore"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as fc from "fast-check"
import * as AgreementSuite from "../../src/decide/AgreementSuite.ts"
import * as CommandHandlerLaws from "../../src/decide/internal/CommandHandlerLaws.ts"
import * as ConcurrentCommandLaws from "../../src/decide/internal/ConcurrentCommandLaws.ts"
import * as LossyTill from "../../src/decide/internal/LossyTill.ts"
import * as PutBackLaws from "../../src/decide/internal/PutBackLaws.ts"
import * as RememberedLaws from "../../src/decide/internal/RememberedLaws.ts"
import * as ReplayLaws from "../../src/decide/internal/ReplayLaws.ts"
import * as SnapshotStoreLaws from "../../src/decide/internal/SnapshotStoreLaws.ts"
import * as TogetherLaws from "../../src/decide/internal/TogetherLaws.ts"
import * as EventStoreSuite from "../../src/EventStoreSuite.ts"
import type { JournalModule } from "../../src/journal/internal/JournalRun.ts"
import { withoutGuards } from "../../src/journal/internal/Programs.ts"
import * as Sample from "../../src/kit/internal/Sample.ts"
import * as Law from "../../src/kit/Law.ts"
import * as Journals from "../journal/faults/Journals.ts"
import * as Reads from "../journal/faults/Reads.ts"
import * as EventStores from "../log/faults/EventStores.ts"
import { pure, type Table } from "../support/Planted.ts"
import * as Planted from "../support/Planted.ts"
import * as Handlers from "./faults/Handlers.ts"
import * as PutBackHandlers from "./faults/PutBackHandlers.ts"
import * as SnapshotStores from "./faults/SnapshotStores.ts"
import * as Tills from "./faults/Tills.ts"

type AnyStores = EventStore | EventReader | SnapshotStore

const store = (layer: Layer.Layer<AnyStores>, properties = EventStoreSuite.properties()) =>
  Planted.services(layer, properties)

const onJournal = (module: JournalModule) => store(EventStores.on(module))

const reading = (fault: Reads.ReadFault) => onJournal(Journals.reading(fault))

const snapshotStoreLaws: Table<typeof SnapshotStoreLaws> = {
  savedIsFound: { "null states not found": store(SnapshotStores.ignoresNullStates) },
  anotherFingerprintFindsNone: { "ignored fingerprints": store(SnapshotStores.ignoresFingerprints) },
  anotherFingerprintIsReplaced: {
    "a snapshot for each fingerprint": store(SnapshotStores.keepsOneSnapshotPerFingerprint)
  },
  lowerVersionDoesNotReplace: { "every snapshot replaces": store(SnapshotStores.replacesByOlderSnapshots) },
  higherVersionReplaces: { "no snapshot replaces": store(SnapshotStores.keepsTheFirstSnapshot) },
  snapshotsAreKeptApart: { "ignored views": store(SnapshotStores.ignoresViews) },
  foundSnapshotsAreNotShared: { "the same objects for every caller": store(SnapshotStores.sharesItsSnapshots) }
}

// Returns the latest snapshot as the state of any past point.
const loadFromAnySnapshot: ReplayLaws.Load = Effect.fnUntraced(function*(aggregate, id, options = {}) {
  const start = yield* State.load(aggregate, id, { asOf: AsOf.version(0) })
  const snapshot = yield* Snapshots.find(aggregate.snapshots, start.stream)
  return Option.isSome(snapshot) ? snapshot.value : yield* State.load(aggregate, id, options)
})

const loadLastBeyondTheEnd: ReplayLaws.Load = (aggregate, id, options) =>
  Effect.catchTag(State.load(aggregate, id, options), "InvalidInput", () => State.load(aggregate, id))

// Takes a version for a number of domain events. A stored event may be read as none or several.
const loadByDomainEvents: ReplayLaws.Load = Effect.fnUntraced(function*(aggregate, id, { asOf } = {}) {
  if (asOf?._tag !== "Version") return yield* State.load(aggregate, id, { asOf })
  const loaded = yield* State.load(aggregate, id)
  const stored = yield* Stream.runCollect((yield* EventReader).readStream(loaded.stream))
  const events = yield* Effect.fromResult(decodeAll(aggregate.events, stored))
  return { ...loaded, state: View.fold(aggregate.decider, events.slice(0, asOf.version)) }
})

const adaptersAgree = (layer: Layer.Layer<AnyStores>) => {
  const adapters = [EventStores.sound, layer].map((layer, index) =>
    [String(index), ManagedRuntime.make(layer).contextEffect] as const
  )
  return pure([AgreementSuite.acrossAdapters(AgreementSuite.sample, adapters)])
}

const agreementLaws: Table<typeof ReplayLaws> = {
  snapshotAndTailIsReplay: { "a state of another stream": store(SnapshotStores.savesTheFirstState) },
  asOfVersion: {
    "an exclusive version": reading(Reads.versionIsExclusive),
    "versions that count domain events": store(
      EventStores.sound,
      AgreementSuite.properties({ ...Sample, load: loadByDomainEvents })
    )
  },
  asOfPosition: { "an exclusive position": reading(Reads.positionIsExclusive) },
  asOfRecordedAt: { "an exclusive instant": reading(Reads.recordedAtIsExclusive) },
  asOfOccurredAt: {
    "instants read as prefixes": reading(Reads.instantsArePrefixes),
    "a snapshot after the past point": store(
      EventStores.sound,
      AgreementSuite.properties({ ...AgreementSuite.sample, load: loadFromAnySnapshot })
    )
  },
  beyondTheEndIsRefused: {
    "a bound beyond the last event": store(EventStores.boundIsTheNextPosition),
    "the last state for any version": store(
      EventStores.sound,
      AgreementSuite.properties({ ...AgreementSuite.sample, load: loadLastBeyondTheEnd })
    )
  },
  adaptersAgree: {
    "one adapter with exclusive versions": adaptersAgree(EventStores.on(Journals.reading(Reads.versionIsExclusive)))
  }
}

const handlers = (make: Parameters<typeof EventStoreSuite.handlerProperties>[0]) =>
  store(EventStores.sound, EventStoreSuite.handlerProperties(make))

const commandHandlerLaws: Table<typeof CommandHandlerLaws> = {
  handlingIsDeciding: { "streams in reverse order": reading(Reads.streamsAreReversed) },
  repeatedCommandGetsFirstAnswer: { "keys not found": onJournal(Journals.forgetsKeys) },
  cachedHandlersAgree: {
    "a cache that refuses without reading": handlers(Handlers.refusesByCachedState),
    "a cache whose versions conflict without reading": handlers(Handlers.conflictsByCachedVersion),
    "a cache for all stores": handlers(Handlers.sharesItsCacheBetweenStores),
    "ignored expected versions": onJournal(Journals.ignoresExpectations)
  }
}

const concurrentCommandLaws: Table<typeof ConcurrentCommandLaws> = {
  concurrentCommandsAreSerialized: { "ignored expected versions": onJournal(Journals.ignoresExpectations) },
  concurrentCommandsAreSerial: { "ignored expected versions": onJournal(Journals.ignoresExpectations) },
  concurrentRetriesGetOneAnswer: {
    "keys not found": onJournal(Journals.forgetsKeys),
    "keys looked up before the transaction": store(EventStores.looksKeysUpBeforeItsTransaction)
  }
}

const tills = (make: RememberedLaws.MakeHandler) =>
  store(EventStores.sound, [
    Law.over(RememberedLaws.answersAreOfStoredEvents(make), fc.array(LossyTill.commands, { maxLength: 6 }))
  ])

const rememberedLaws: Table<typeof RememberedLaws> = {
  answersAreOfStoredEvents: {
    "answers with the decided state": tills(Tills.answersWithTheDecidedState),
    "answers with the decided events": tills(Tills.answersWithTheDecidedEvents),
    "a cache of the decided state": tills(Tills.decidesOnTheDecidedState)
  }
}

const dropsGuards: TogetherLaws.Handle = (parts, options) =>
  EventStores.withCommit(
    Together.handle(parts, options),
    ({ commit }) => (all, inline) => commit(withoutGuards(all), inline)
  )

const putBackLaws: Table<typeof PutBackLaws> = {
  handlersFollowTheLog: {
    "appends at a version, after any last event": handlers(PutBackHandlers.appendsAtTheVersion),
    "a cached state with the tail after its version": handlers(Handlers.foldsTheTailOnly),
    "snapshots that are used by their version alone": handlers(PutBackHandlers.believesSnapshots)
  }
}

const togetherLaws: Table<typeof TogetherLaws> = {
  undecidedPartsHold: {
    "ignored guards": onJournal(Journals.ignoresGuards),
    "a handler that drops guards": store(EventStores.sound, EventStoreSuite.togetherProperties(dropsGuards))
  },
  togetherIsAllOrNothing: {
    "a commit for each stream": store(EventStores.commitsEachStreamByItself),
    "lost writes": store(EventStores.losesWrites),
    "keys looked up before the transaction": store(EventStores.looksKeysUpBeforeItsTransaction)
  }
}

Planted.find("SnapshotStoreLaws", SnapshotStoreLaws, [], snapshotStoreLaws)
Planted.find("ReplayLaws", ReplayLaws, [Sample.aggregate, []], agreementLaws)
Planted.find("CommandHandlerLaws", CommandHandlerLaws, [Sample.aggregate], commandHandlerLaws)
Planted.find("ConcurrentCommandLaws", ConcurrentCommandLaws, [Sample.aggregate], concurrentCommandLaws)
Planted.find("RememberedLaws", RememberedLaws, [], rememberedLaws)
Planted.find("PutBackLaws", PutBackLaws, [Sample.aggregate], putBackLaws)
Planted.find("TogetherLaws", TogetherLaws, [], togetherLaws)
