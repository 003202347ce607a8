/** The objective about CRUD: the same story kept in a table, in a table with an audit log, and in events. */
import { Effect, References } from "effect"
import * as Compare from "../../../bench/src/crud/Compare.ts"
import * as Contestants from "../../../bench/src/crud/Contestants.ts"
import { claim, note, type Objective } from "../Course.ts"

const database = { name: "an embedded PostgreSQL", isServer: false }

/** Objective: the questions that each way to keep the books can answer, and the one that loses an update. */
export const comparison: Objective = {
  name: "Comparison with CRUD",
  run: Effect.gen(function*() {
    const { byHand, history } = yield* Effect.scoped(
      Effect.flatMap(Contestants.open(database), (contestants) => Compare.knowledge(database, contestants))
    ).pipe(
      // The schemas of the contestants are in the course's own database, whose only role is a superuser.
      Effect.provideService(References.MinimumLogLevel, "Error"),
      Effect.mapError((error) => typeof error === "string" ? { _tag: error } : error)
    )
    const answers = (kind: "table" | "audit" | "events") =>
      history.filter((asked) => asked[kind]._tag === "Answered").length
    const lost = byHand.map(({ actual, expected, name }) => ({ name, cents: expected - actual }))
    const losers = lost.filter(({ cents }) => cents !== 0)
    return [
      claim(
        `of ${history.length} questions, a table answers ${answers("table")}, with an audit table ${
          answers("audit")
        }, events ${answers("events")}`,
        answers("table") < answers("audit") && answers("audit") < answers("events")
      ),
      claim(
        `two clients at the same time: "${losers[0]?.name}" loses an update, the others none`,
        losers.length === 1 && losers[0]?.name === byHand[0]?.name
      ),
      note("what each way costs in time and space is measured by `npm run crud` in apps/bench")
    ]
  })
}
