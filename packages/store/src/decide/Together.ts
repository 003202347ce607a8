/**
 * Commands of several aggregates that are handled together: all are decided on states that no one has changed when their
 * events are stored, in one commit, or none is. For streams of one store; across stores, and where one side may wait for
 * long, use a saga.
 */
import type { Aggregate } from "@refold/core/decide/Aggregate"
import type { CommandInvalid } from "@refold/core/decide/CommandInvalid"
import { UnencodableEvent } from "@refold/core/event/DecodeError"
import type { Tagged } from "@refold/core/event/EventType"
import type { InvalidInput } from "@refold/core/event/InvalidInput"
import * as Json from "@refold/core/event/Json"
import type { StreamName } from "@refold/core/event/StreamName"
import { VersionConflict } from "@refold/core/journal/AppendError"
import type { Appended, FingerprintedKey, StreamWrite } from "@refold/core/journal/Commit"
import * as ExpectedVersion from "@refold/core/journal/ExpectedVersion"
import type { NonEmptyReadonlyArray } from "effect/Array"
import * as Data from "effect/Data"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { Causation } from "../log/Causation.ts"
import type { EventReader } from "../log/EventReader.ts"
import { EventStore, type InlineRow } from "../log/EventStore.ts"
import * as RetryPolicies from "../log/internal/RetryPolicies.ts"
import type { HandleFailure, HandleOptions } from "./CommandHandler.ts"
import { DeciderFault } from "./DeciderFault.ts"
import * as Deciding from "./internal/Deciding.ts"
import * as FirstAnswer from "./internal/FirstAnswer.ts"
import * as InlineRows from "./internal/InlineRows.ts"
import * as Stamp from "./internal/Stamp.ts"
import { Watchdog } from "./internal/Watchdog.ts"
import * as Snapshots from "./Snapshots.ts"
import type { SnapshotStore } from "./SnapshotStore.ts"
import * as State from "./State.ts"

/** One of the aggregates said no; nothing was stored. */
// The parameter is for those who catch it.
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters
export class PartRefused<Refusal> extends Data.TaggedError("PartRefused")<{
  readonly stream: StreamName
  readonly refusal: Refusal
}> {
  override get message(): string {
    return `stream "${this.stream}" refused its part`
  }
}

/** A command for one aggregate, as a part of the whole. */
export interface Part<Refusal> {
  /** What makes this command the same command again, where it has a key. */
  readonly identify: (
    key: string | undefined
  ) => Result.Result<FingerprintedKey | undefined, CommandInvalid | InvalidInput>
  readonly decide: (
    shared: Stamp.Shared
  ) => Effect.Effect<Decided, PartRefused<Refusal> | HandleFailure, EventReader | SnapshotStore>
}

/** What a command led to, on the state that was loaded. */
interface Decided {
  readonly writes: ReadonlyArray<StreamWrite>
  readonly rows: ReadonlyArray<InlineRow>
  /** Takes a snapshot where one is due, once that is stored. */
  readonly remember: (appended: Appended) => Effect.Effect<void, never, EventReader | SnapshotStore>
}

/** A command for this aggregate, and the inline projections whose rows are to be stored with its events. */
export const part = <Command, State, Event extends Tagged, Refusal>(
  aggregate: Aggregate<Command, State, Event, Refusal>,
  id: string,
  command: NoInfer<Command>,
  { inline = [] }: { readonly inline?: ReadonlyArray<InlineRows.InlineProjection<State>> | undefined } = {}
): Part<Refusal> => ({
  identify: (key) => FirstAnswer.idempotencyOf(aggregate, id, command, key),
  decide: Effect.fnUntraced(function*(shared) {
    const loaded = yield* State.load(aggregate, id)
    const { stream, version } = loaded
    const decided = Deciding.decideOn(aggregate, command, loaded, { watchdog: yield* Watchdog })
    const { encoded, state } = yield* Effect.fromResult(Result.mapError(decided, (no) => refusedBy(stream, no)))
    if (encoded.length === 0) return { writes: [], rows: [], remember: () => Effect.void }
    const events = yield* Stamp.stamp(encoded, shared)
    return {
      writes: [{ stream, expected: ExpectedVersion.Exact(version), events }],
      rows: yield* InlineRows.encode(inline, stream, state),
      remember: ({ streams }) => {
        const now = streams.find((place) => place.stream === stream)?.version ?? version
        return Snapshots.isDue(aggregate, version, now) ? remember(aggregate, id) : Effect.void
      }
    }
  })
})

// As it is stored: what was decided may read back as something else.
const remember = <Command, State, Event extends Tagged, Refusal>(
  aggregate: Aggregate<Command, State, Event, Refusal>,
  id: string
): Effect.Effect<void, never, EventReader | SnapshotStore> =>
  Effect.matchEffect(State.load(aggregate, id), {
    onFailure: (error) => Effect.logWarning(`no snapshot of "${aggregate.category}-${id}"`, error),
    onSuccess: (loaded) => Snapshots.trySave(aggregate, loaded)
  })

type RefusalOf<P> = P extends Part<infer Refusal> ? Refusal : never

/** What the whole may bring along. */
export interface TogetherOptions extends Omit<HandleOptions, "expected"> {
  /** How often to decide again where others were faster, 10 times by default. */
  readonly retries?: number | undefined
}

/**
 * Handles all parts or none; each is for another stream. None where no part has anything to do. Fails with `PartRefused`
 * for the first that is refused, and otherwise as a handler does. Repeated under its idempotency key it gives the first
 * answer; a part that has nothing to do does not hold up the others, and nobody watches that it stays so.
 */
export const handle = <const Parts extends NonEmptyReadonlyArray<Part<unknown>>>(
  parts: Parts,
  options: TogetherOptions = {}
): Effect.Effect<
  Option.Option<Appended>,
  PartRefused<RefusalOf<Parts[number]>> | HandleFailure,
  EventStore | EventReader | SnapshotStore
> =>
  // Each part refuses as one of them does.
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
  const shared = { metadata: { ...yield* Causation, ...metadata }, occurredAt: occurredAt ?? (yield* DateTime.now) }
  const waitAfter = yield* RetryPolicies.drive<VersionConflict>(RetryPolicies.versionConflict(retries))
  for (;;) {
    const decided = yield* Effect.result(Effect.forEach(parts, ({ decide }) => decide(shared)))
    const writes = Result.isSuccess(decided) ? decided.success.flatMap(({ writes }) => writes) : []
    const [one, ...others] = writes
    if (Result.isFailure(decided) || one === undefined) {
      // Nothing to append, so the store will not notice a copy that went through since the first look: look again.
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
    // Of a copy, the first has done that.
    Effect.forEach(appended.deduplicated ? [] : decided, ({ remember }) => remember(appended), { discard: true }),
    Option.some(appended)
  )

const identify = (
  parts: ReadonlyArray<Part<unknown>>,
  key: string | undefined
): Result.Result<FingerprintedKey | undefined, CommandInvalid | InvalidInput> =>
  Result.map(
    Result.all(parts.map(({ identify }) => identify(key))),
    (own) => key === undefined ? undefined : { key, fingerprint: Json.canonical(own.map((one) => one!.fingerprint)) }
  )

const refusedBy = <Refusal>(
  stream: StreamName,
  no: Deciding.NoDecision<Refusal>
): PartRefused<Refusal> | DeciderFault | UnencodableEvent | VersionConflict =>
  no instanceof DeciderFault || no instanceof UnencodableEvent || no instanceof VersionConflict
    ? no
    : new PartRefused({ stream, refusal: no })
