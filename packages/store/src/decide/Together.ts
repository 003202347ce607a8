/**
 * Handles commands of several aggregates together: their events are stored in one commit, or none are. The commit checks
 * that each stream is still as it was decided on. For streams of one store; across stores, or for long waits, use a saga.
 */
import type { Aggregate } from "@refold/core/decide/Aggregate"
import type { CommandInvalid } from "@refold/core/decide/CommandInvalid"
import { UnencodableEvent } from "@refold/core/event/DecodeError"
import type { Tagged } from "@refold/core/event/EventType"
import type { InvalidInput } from "@refold/core/event/InvalidInput"
import type { StreamName } from "@refold/core/event/StreamName"
import { printable } from "@refold/core/internal/event/Printable"
import { TaggedError } from "@refold/core/internal/event/TaggedError"
import * as Fingerprint from "@refold/core/internal/journal/Fingerprint"
import { VersionConflict } from "@refold/core/journal/AppendError"
import { type Appended, type FingerprintedKey, isGuard, type StreamWrite } from "@refold/core/journal/Commit"
import * as ExpectedVersion from "@refold/core/journal/ExpectedVersion"
import type { NonEmptyReadonlyArray } from "effect/Array"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type { EventReader } from "../log/EventReader.ts"
import { EventStore, type InlineRow } from "../log/EventStore.ts"
import * as RetryPolicies from "../log/internal/RetryPolicies.ts"
import type { HandleFailure, HandleOptions } from "./CommandHandler.ts"
import { DeciderFault } from "./DeciderFault.ts"
import * as IdempotentAnswer from "./internal/IdempotentAnswer.ts"
import * as InlineRows from "./internal/InlineRows.ts"
import * as RunDecider from "./internal/RunDecider.ts"
import * as StampEvents from "./internal/StampEvents.ts"
import * as Snapshots from "./Snapshots.ts"
import type { SnapshotStore } from "./SnapshotStore.ts"
import * as State from "./State.ts"

/** A part was refused. Nothing was stored. */
// The type parameter types `refusal` for the catcher.
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters
export class PartRefused<Refusal> extends TaggedError("PartRefused")<{
  readonly stream: StreamName
  readonly refusal: Refusal
}> {
  override get message(): string {
    return printable(
      `the command for stream "${this.stream}" was refused, and nothing was stored: the field refusal has the reason`
    )
  }
}

/** A command for one aggregate, as a part of a commit. */
export interface Part<Refusal> {
  /** The key with the fingerprint of this command; undefined without a key. */
  readonly identify: (
    key: string | undefined
  ) => Result.Result<FingerprintedKey | undefined, CommandInvalid | InvalidInput>
  /** Loads the state and decides. */
  readonly decide: (
    shared: StampEvents.Stamp
  ) => Effect.Effect<Decided, PartRefused<Refusal> | HandleFailure, EventReader | SnapshotStore>
}

/** The decision of a part. */
interface Decided {
  /** The events; without events a guard, which checks the stream that was decided on. */
  readonly write: StreamWrite
  readonly rows: ReadonlyArray<InlineRow>
  /** Saves a snapshot if one is due after the commit. */
  readonly saveSnapshot: (appended: Appended) => Effect.Effect<void, never, EventReader | SnapshotStore>
}

/** Makes a part. Rows of the inline projections are stored together with its events. */
export const part = <Command, State, Event extends Tagged, Refusal>(
  aggregate: Aggregate<Command, State, Event, Refusal>,
  id: string,
  command: NoInfer<Command>,
  { inline = [] }: { readonly inline?: ReadonlyArray<InlineRows.InlineProjection<State>> | undefined } = {}
): Part<Refusal> => ({
  identify: (key) => IdempotentAnswer.fingerprintedKey(aggregate, id, command, key),
  decide: Effect.fnUntraced(function*(shared) {
    const loaded = yield* State.load(aggregate, id)
    const { lastEventId, stream, version } = loaded
    const place = { stream, expected: ExpectedVersion.Exact(version), lastEventId }
    const decided = RunDecider.decide(aggregate, command, loaded)
    const { encoded, state } = yield* Effect.fromResult(
      Result.mapError(decided, (failure) => asPartRefused(stream, failure))
    )
    if (encoded.length === 0) return { write: { ...place, events: [] }, rows: [], saveSnapshot: () => Effect.void }
    const events = yield* StampEvents.stamp(encoded, shared)
    return {
      write: { ...place, events },
      rows: yield* InlineRows.encode(inline, stream, state),
      saveSnapshot: ({ streams }) => {
        const now = streams.find((place) => place.stream === stream)?.version ?? version
        return Snapshots.isDue(aggregate, version, now) ? saveSnapshot(aggregate, id) : Effect.void
      }
    }
  })
})

// Loads the state again, because the decoded events may differ from the decided ones.
const saveSnapshot = <Command, State, Event extends Tagged, Refusal>(
  aggregate: Aggregate<Command, State, Event, Refusal>,
  id: string
): Effect.Effect<void, never, EventReader | SnapshotStore> =>
  Effect.matchEffect(State.load(aggregate, id), {
    onFailure: (error) => Effect.logWarning(`the snapshot of "${aggregate.category}-${id}" could not be saved`, error),
    onSuccess: (loaded) => Snapshots.trySave(aggregate, loaded)
  })

type RefusalOf<P> = P extends Part<infer Refusal> ? Refusal : never

/** The options of commands that are handled together. */
export interface TogetherOptions extends Omit<HandleOptions, "expected"> {
  /** Maximum retries on a version conflict; 10 by default. */
  readonly retries?: number | undefined
}

/**
 * Handles all parts or none. Each part must be for another stream. Returns None if no part has events. Fails with
 * `PartRefused` for the first part that is refused, and otherwise as a command handler does. Repeated under its
 * idempotency key, it returns the first answer.
 *
 * The commit also checks the streams of parts that decided no events: if one of them changed since it was loaded, all parts
 * are decided again. Two cases are not checked, because nothing is stored: if no part decides events, each part has
 * decided on its own load, and the loads may be of different moments; and a refusal is decided on the load of its part alone.
 */
export const handle = <const Parts extends NonEmptyReadonlyArray<Part<unknown>>>(
  parts: Parts,
  options: TogetherOptions = {}
): Effect.Effect<
  Option.Option<Appended>,
  PartRefused<RefusalOf<Parts[number]>> | HandleFailure,
  EventStore | EventReader | SnapshotStore
> =>
  // A refusal of one part is in the union of all their refusals.
  handleAll(parts as NonEmptyReadonlyArray<Part<RefusalOf<Parts[number]>>>, options)

const handleAll = Effect.fnUntraced(function*<Refusal>(
  parts: NonEmptyReadonlyArray<Part<Refusal>>,
  { idempotencyKey, keyNeverExpires, metadata, occurredAt, retries = 10 }: TogetherOptions
): Effect.fn.Return<
  Option.Option<Appended>,
  PartRefused<Refusal> | HandleFailure,
  EventStore | EventReader | SnapshotStore
> {
  const store = yield* EventStore
  const identified = yield* Effect.fromResult(identify(parts, idempotencyKey))
  const idempotency = identified && { ...identified, neverExpires: keyNeverExpires }
  const find = idempotency === undefined ? Effect.succeedNone : store.findAppended(idempotency)
  const first = yield* find
  if (Option.isSome(first)) return first
  const shared = yield* StampEvents.shared({ metadata, occurredAt })
  const waitAfter = yield* RetryPolicies.drive<VersionConflict>(RetryPolicies.versionConflict(retries))
  for (;;) {
    const decided = yield* Effect.result(Effect.forEach(parts, ({ decide }) => decide(shared)))
    const writes = Result.isSuccess(decided) ? decided.success.map(({ write }) => write) : []
    const [one, ...others] = writes
    if (Result.isFailure(decided) || one === undefined || writes.every(isGuard)) {
      // No append checks the key, so look again for an earlier commit under it that was stored in the meantime.
      const earlier = yield* find
      return Option.isSome(earlier) ? earlier : yield* Effect.as(Effect.fromResult(decided), Option.none())
    }
    const rows = decided.success.flatMap(({ rows }) => rows)
    const appended = yield* Effect.result(store.commit({ writes: [one, ...others], idempotency }, rows))
    if (Result.isSuccess(appended)) return yield* finish(decided.success, appended.success)
    if (appended.failure._tag !== "VersionConflict") return yield* Effect.fail(appended.failure)
    yield* waitAfter(appended.failure)
  }
})

const finish = (decided: ReadonlyArray<Decided>, appended: Appended) =>
  Effect.as(
    // For a repeated commit, the first one has saved the snapshots.
    Effect.forEach(appended.deduplicated ? [] : decided, (part) => part.saveSnapshot(appended), { discard: true }),
    Option.some(appended)
  )

const identify = (
  parts: ReadonlyArray<Part<unknown>>,
  key: string | undefined
): Result.Result<FingerprintedKey | undefined, CommandInvalid | InvalidInput> =>
  Result.map(
    Result.all(parts.map(({ identify }) => identify(key))),
    (own) =>
      key === undefined ? undefined : { key, fingerprint: Fingerprint.ofCommands(own.map((one) => one!.fingerprint)) }
  )

const asPartRefused = <Refusal>(
  stream: StreamName,
  failure: RunDecider.DecideFailure<Refusal>
): PartRefused<Refusal> | DeciderFault | UnencodableEvent | VersionConflict =>
  failure instanceof DeciderFault || failure instanceof UnencodableEvent || failure instanceof VersionConflict
    ? failure
    : new PartRefused({ stream, refusal: failure })
