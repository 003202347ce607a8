/** The story: a week of events on a store, then the questions that the events answer. It prints nothing. */
import { DateTime, Effect } from "effect"
import { notifications } from "../observer/Notifications.ts"
import * as Observers from "../observer/Observers.ts"
import { welcome } from "../observer/Welcome.ts"
import * as Projections from "../Projections.ts"
import type { Published } from "../ReadSide.ts"
import * as Seeded from "../Seeded.ts"
import * as Store from "../Store.ts"
import * as OldRelease from "./OldRelease.ts"
import * as Questions from "./Questions.ts"
import * as Week from "./Week.ts"

/** The result of the story. */
export interface StoryResult extends Questions.Answers {
  readonly store: Store.Name
  readonly moments: ReadonlyArray<Week.Moment>
  /** The types of the events that the welcome observer was called with, in order. */
  readonly calls: ReadonlyArray<string>
  /** The messages that were sent to users. */
  readonly messages: ReadonlyArray<string>
}

/** Runs the story on the provided store; `store` is its name. */
export const tell = Effect.fnUntraced(function*(store: Store.Name, projections: ReadonlyArray<Published>) {
  const clock = yield* Seeded.make("2025-11-24T09:00:00Z")
  return yield* Effect.provide(Effect.scoped(onClock(store, projections, clock)), clock.layer)
})

const onClock = Effect.fnUntraced(function*(
  store: Store.Name,
  projections: ReadonlyArray<Published>,
  clock: Seeded.Seeded
) {
  const messages: Array<string> = []
  const calls: Array<string> = []
  const moments: Array<Week.Moment> = []
  yield* OldRelease.store
  yield* Projections.start(projections)
  const settle = yield* Observers.start([
    notifications((message) => add(messages, message)),
    (event) => Effect.andThen(add(calls, event.type), welcome(event))
  ])
  const note = (text: string) => Effect.flatMap(DateTime.now, (at) => add(moments, { at, text }))
  const tuesday = yield* Week.run({ clock, settle, note, storeNow: Store.now(store) })
  yield* clock.set("2026-11-28T12:00:00Z")
  const story: StoryResult = { store, moments, calls, messages, ...yield* Questions.ask(projections, tuesday) }
  return story
})

const add = <A>(list: Array<A>, item: A): Effect.Effect<void> => Effect.sync(() => void list.push(item))
