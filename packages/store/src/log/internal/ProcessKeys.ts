/**
 * Guards the idempotency keys of processes. Only the command that a runner is dispatching may use its key, and a
 * commit stored under the key is accepted only if it has the id of that command as causation id.
 */
import { invalid } from "@refold/core/event/InvalidInput"
import type { NewEvent } from "@refold/core/event/NewEvent"
import { StreamVersion } from "@refold/core/event/StreamVersion"
import * as ProcessKey from "@refold/core/internal/journal/ProcessKey"
import type { Appended, Commit } from "@refold/core/journal/Commit"
import * as Arr from "effect/Array"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { EventStoreError } from "../EventStoreError.ts"
import { ProcessKeyTaken } from "../ProcessKeyTaken.ts"
import type { Adapter, FindAppendedFailure } from "./Adapter.ts"

/** The key of the command that this fiber dispatches for a process; set by the runner. A client has no access to it. */
export const Dispatching = Context.Reference<string | undefined>("@refold/store/internal/Dispatching", {
  defaultValue: () => undefined
})

/** The adapter with both rules. Commits under keys of clients pass unchanged. */
export const guard = (adapter: Adapter): Adapter => ({
  ...adapter,
  commit: (commit, inline) => {
    const key = reserved(commit.idempotency)
    if (key === undefined) return adapter.commit(commit, inline)
    const stored = Effect.suspend(() => adapter.commit(caused(commit, key), inline))
    return verified(adapter, key, stored, (appended) => appended.deduplicated ? Option.some(appended) : Option.none())
  },
  findAppended: (idempotency) => {
    const key = reserved(idempotency)
    const found = adapter.findAppended(idempotency)
    return key === undefined ? found : verified(adapter, key, found, (earlier) => earlier)
  }
})

// `earlierOf` gives the commit that was stored before under the key.
const verified = Effect.fnUntraced(function*<A, E extends { readonly _tag: string }>(
  adapter: Adapter,
  key: string,
  effect: Effect.Effect<A, E>,
  earlierOf: (answer: A) => Option.Option<Appended>
): Effect.fn.Return<A, E | FindAppendedFailure> {
  if ((yield* Dispatching) !== key) return yield* Effect.fromResult(invalid("idempotency.key", ProcessKey.rule))
  const answer = yield* Effect.tapError(
    effect,
    ({ _tag }) => _tag === "IdempotencyConflict" ? verifyHolder(adapter, key) : Effect.void
  )
  const earlier = earlierOf(answer)
  if (Option.isSome(earlier)) yield* verify(adapter, key, earlier.value)
  return answer
})

// The adapter refuses a key that is not a text.
const reserved = (idempotency: { readonly key: string } | undefined): string | undefined => {
  const key: unknown = idempotency?.key
  return typeof key === "string" && ProcessKey.commandIdOf(key) !== undefined ? key : undefined
}

// A handler may give metadata of its own, but not another cause. The adapter refuses malformed metadata.
const caused = (commit: Commit, key: string): Commit =>
  !Array.isArray(commit.writes) ? commit : {
    ...commit,
    writes: Arr.map(commit.writes, (write) =>
      Array.isArray(write?.events)
        ? { ...write, events: write.events.map(causedBy(ProcessKey.commandIdOf(key)!)) }
        : write)
  }

const causedBy = (causationId: string) => (event: NewEvent): NewEvent => ({
  ...event,
  metadata: { ...event.metadata, causationId }
})

const verifyHolder = (adapter: Adapter, key: string): Effect.Effect<void, FindAppendedFailure> =>
  Effect.flatMap(
    adapter.findAppended({ key }),
    Option.match({
      // It was deleted in between: the next attempt finds a new key.
      onNone: () =>
        new EventStoreError({ operation: `look up the key "${key}"`, cause: "the key was deleted meanwhile" }),
      onSome: (appended) => verify(adapter, key, appended)
    })
  )

// The first event of each stream: all events of a commit of the command have the same cause.
const verify = (adapter: Adapter, key: string, { streams }: Appended): Effect.Effect<void, FindAppendedFailure> =>
  Effect.forEach(
    streams,
    ({ firstVersion, stream }) =>
      adapter.readStream(stream, { after: StreamVersion(firstVersion - 1), limit: 1 }).pipe(
        Stream.runCollect,
        Effect.flatMap(([first]) =>
          first?.metadata.causationId === ProcessKey.commandIdOf(key)
            ? Effect.void
            : new ProcessKeyTaken({ key, stream })
        )
      ),
    { discard: true }
  )
