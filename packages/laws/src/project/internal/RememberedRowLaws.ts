/** The laws of the inline rows of handlers: they are folded from events as they are stored, not as they were decided. */
import * as Projection from "@refold/core/project/Projection"
import * as CommandHandler from "@refold/store/decide/CommandHandler"
import type { SnapshotStore } from "@refold/store/decide/SnapshotStore"
import * as Together from "@refold/store/decide/Together"
import type { EventReader } from "@refold/store/log/EventReader"
import type { EventStore } from "@refold/store/log/EventStore"
import { ReadModelStore } from "@refold/store/project/ReadModelStore"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as AggregateHistory from "../../decide/internal/AggregateHistory.ts"
import * as LossyTill from "../../decide/internal/LossyTill.ts"
import type { MakeHandler } from "../../decide/internal/RememberedLaws.ts"
import * as FreshNames from "../../kit/internal/FreshNames.ts"
import * as Law from "../../kit/Law.ts"
import * as ProjectionRun from "./ProjectionRun.ts"

// The row of a till after each command, as it was stored with the events.
const rowsAfterEach = (
  commands: ReadonlyArray<LossyTill.Command>,
  handlerOf: (inline: InlineProjection) => Handle
) =>
  Effect.gen(function*() {
    const fresh = yield* FreshNames.make
    const name = fresh.text(`tills ${FreshNames.placeholder}`)
    const id = yield* AggregateHistory.freshId
    const inline = Projection.ofAggregateUnsafe(LossyTill.aggregate, { name, version: 1, state: LossyTill.State })
    yield* ProjectionRun.catchUp(inline)
    const handle = handlerOf(inline)
    const key = AggregateHistory.streamOf(LossyTill.aggregate, id)
    const store = yield* ReadModelStore
    const found = yield* Effect.forEach(commands, (command) =>
      Effect.gen(function*() {
        yield* handle(id, command)
        const { rows } = yield* store.read(inline, { _tag: "Keys", keys: [key] })
        return rows.map(({ state }) => Result.getOrThrow(inline.decode(state)))
      }))
    return { left: found, right: LossyTill.expected(commands).map(({ state }) => [state]) }
  })

type InlineProjection = Projection.Projection<LossyTill.Event, LossyTill.State>
type Handle = (id: string, command: LossyTill.Command) => Effect.Effect<unknown, unknown, Services>
type Services = EventStore | EventReader | SnapshotStore

/** Otherwise a rebuild would change the row. The schema of the event drops and rounds a part of the decided data. */
export const rowsAreOfStoredEvents = (make: MakeHandler = CommandHandler.make) =>
  Law.make(
    "the row of a command is folded from the stored events",
    (commands: ReadonlyArray<LossyTill.Command>) =>
      rowsAfterEach(commands, (inline) => make(LossyTill.aggregate, { inline: [inline] }))
  )

/** A function like `Together.part`, for tills. */
export type MakePart = (
  ...args: Parameters<typeof Together.part<LossyTill.Command, LossyTill.State, LossyTill.Event, never>>
) => Together.Part<never>

/** As for a handler. */
export const rowsHandledTogetherAreOfStoredEvents = (part: MakePart = Together.part) =>
  Law.make(
    "the row of a command that is handled together with others is folded from the stored events",
    (commands: ReadonlyArray<LossyTill.Command>) =>
      rowsAfterEach(
        commands,
        (inline) => (id, command) => Together.handle([part(LossyTill.aggregate, id, command, { inline: [inline] })])
      )
  )
