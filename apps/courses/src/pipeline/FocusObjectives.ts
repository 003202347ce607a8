/** The focus of the course: the pipeline as a whole, and its temporal query. */
import { DateTime, Effect } from "effect"
import { AsOf } from "refold"
import * as Projections from "../../../orders/src/Projections.ts"
import * as Document from "../../../orders/src/report/Document.ts"
import * as Story from "../../../orders/src/story/Story.ts"
import { claim, type Objective } from "../Course.ts"

const requested = ["order_totals", "user_activity"]

/** Objective: a week of events, and the document that the pipeline prints. */
export const document: Objective = {
  name: "The pipeline: events in, one JSON document out",
  run: Effect.gen(function*() {
    const story = yield* Story.tell("embedded", Projections.all)
    const { events_stored, projections, temporal_query } = Document.of(story)
    const names = Object.keys(projections)
    return [
      claim(`events_stored: ${events_stored}`, events_stored === 26),
      claim(`projections: ${names.join(", ")}`, requested.every((name) => names.includes(name))),
      claim(`temporal_query: as of ${temporal_query.as_of}`, temporal_query.as_of === "2026-11-24T15:00:00.000Z"),
      claim(`observers: ${story.messages.length} messages were sent`, story.messages.length === 7)
    ]
  })
}

/** Objective: the rows of a projection as of an instant. */
export const temporal: Objective = {
  name: "Temporal query: what did it look like last Tuesday at 15:00",
  run: Effect.gen(function*() {
    const at = AsOf.occurredAt(DateTime.makeUnsafe("2026-11-24T15:00:00Z"))
    const then = yield* Projections.byName(Projections.all, ({ rowsAsOf }) => rowsAsOf(at))
    const now = yield* Effect.scoped(
      Effect.andThen(Projections.start(Projections.all), Projections.rowsOf(Projections.all))
    )
    const currencies = (rows: typeof then) => Object.keys(rows["revenue"] ?? {}).toSorted().join(", ")
    return [
      claim(`revenue by then in ${currencies(then)}, now in ${currencies(now)}`, currencies(then) !== currencies(now)),
      claim(
        "orders by then: a prefix of those now",
        Object.keys(then["order_totals"] ?? {}).every((order) => order in (now["order_totals"] ?? {}))
      )
    ]
  })
}
