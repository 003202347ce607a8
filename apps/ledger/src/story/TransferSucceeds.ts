/** Chapter: a transfer is asked for, and a saga moves the money: what it meets, what it decides, where it stands. */
import type { LoadedState } from "@refold/store/decide/LoadedState"
import { EventReader } from "@refold/store/log/EventReader"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { crowns } from "../Amount.ts"
import * as Processes from "../Processes.ts"
import * as Transfers from "../Transfers.ts"
import { type Check, check } from "./Check.ts"
import * as People from "./People.ts"
import * as SagaHistory from "./SagaHistory.ts"

/** A transfer from its request to its end. */
export interface TransferSucceeds {
  readonly _tag: "TransferSucceeds"
  readonly transfer: string
  readonly before: People.Holdings
  /** Asked for, and not yet seen by the saga. */
  readonly asked: People.Holdings
  readonly after: People.Holdings
  readonly history: ReadonlyArray<SagaHistory.Line>
  /** The streams with events that the request led to. */
  readonly streams: ReadonlyArray<string>
  readonly checks: ReadonlyArray<Check>
}

const amount = crowns(300)

/** Opens three accounts, notes how much money there is by `note`, and moves some. */
export const tell = Effect.fnUntraced(function*<E, R>(run: string, note: Effect.Effect<unknown, E, R>) {
  const people = People.of(run)
  yield* People.open(people.fred, crowns(1_000))
  yield* People.open(people.gina, crowns(500))
  yield* People.open(people.hugo, crowns(30_000))
  yield* note
  const before = yield* People.holdings(people)
  const transfer = `rent-${run}`
  const requested = yield* People.request(transfer, { from: people.fred, to: people.gina, amount, purpose: "rent" })
  const asked = yield* People.holdings(people)
  yield* Processes.moveMoney
  const after = yield* People.holdings(people)
  const { state } = yield* Transfers.load(transfer)
  const streams = yield* streamsOf(requested)
  const chapter: TransferSucceeds = {
    _tag: "TransferSucceeds",
    transfer,
    before,
    asked,
    after,
    history: yield* SagaHistory.of(transfer),
    streams,
    checks: [
      check("a transfer that is asked for moves nothing by itself", asked.fred === before.fred),
      check(
        "a transfer brings to one account what it takes from the other",
        state._tag === "Completed" && before.fred - after.fred === amount && after.gina - before.gina === amount
      ),
      check("one correlation id runs through all that the request led to", streams.length === 4)
    ]
  }
  return chapter
})

// Told by the correlation id that the front door gave to the request.
const streamsOf = Effect.fnUntraced(function*({ position, stream }: Pick<LoadedState<unknown>, "position" | "stream">) {
  const reader = yield* EventReader
  const [request] = yield* Stream.runCollect(reader.readStream(stream, { limit: 1 }))
  const { correlationId } = request?.metadata ?? {}
  const later = yield* Stream.runCollect(reader.readAll({ after: position }))
  const own = later.filter(({ metadata }) => correlationId !== undefined && metadata.correlationId === correlationId)
  return [...new Set([stream, ...own.map((event) => event.stream)])]
})
