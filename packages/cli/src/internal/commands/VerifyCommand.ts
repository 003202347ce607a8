/** `refold verify` and `refold doctor`: the problems of the store, and of its environment. */
import type { Diagnosis } from "@refold/store/maintain/Diagnosis"
import type { Finding } from "@refold/store/maintain/Finding"
import * as Store from "@refold/store/maintain/Store"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as Definitions from "../config/Definitions.ts"
import * as Connection from "../connect/Connection.ts"
import { Found } from "../frame/CliFailure.ts"
import * as Output from "../frame/Output.ts"
import * as ProgressBar from "../frame/ProgressBar.ts"

type Said = Finding | Diagnosis

const shapeOf = (first: string): Output.Shape<Said> => ({
  record: ({ _tag, details, message, severity }) => ({ [first]: _tag, severity, message, details }),
  columns: [
    { name: first, width: 16, show: ({ _tag }) => _tag },
    { name: "severity", width: 8, show: ({ severity }) => severity },
    { name: "message", show: ({ message }) => message }
  ]
})

const isError = ({ severity }: Said): boolean => severity === "Error"

/** `refold verify`. */
export const verify = Command.make("verify", {}, () =>
  Effect.gen(function*() {
    const verifiers = yield* Definitions.verifiers
    yield* Connection.withCode(Effect.gen(function*() {
      let errors = 0
      const findings = Store.verify({ verifiers, onProgress: (part, items) => ProgressBar.count(part, items) }).pipe(
        Stream.tap((finding) => Effect.sync(() => void (errors += isError(finding) ? 1 : 0)))
      )
      const count = yield* Output.each(shapeOf("finding"), findings)
      yield* ProgressBar.clear
      if (count === 0) yield* Output.remark("nothing is wrong")
      if (errors > 0) return yield* new Found()
    }))
  })).pipe(
    Command.withDescription(
      "Reads the whole store and lists problems: gaps, events that cannot be read, keys and snapshots without events, rows that differ from the fold of their events. Snapshots and rows need the config. Needs the rights of the owner. Exits with 1 if something is damaged."
    ),
    Command.withShortDescription("List problems of the store"),
    Command.withExamples([{ command: "refold verify", description: "After a restore, or each night" }])
  )

/** `refold doctor`. */
export const doctor = Command.make("doctor", {}, () =>
  Connection.withStore(Effect.gen(function*() {
    const points = yield* Store.check
    yield* Output.rows(shapeOf("point"), points, "nothing to check")
    if (points.some(isError)) return yield* new Found()
  }))).pipe(
    Command.withDescription(
      "Checks the environment of the store: the server, its migrations, the rights of this role, isolation, pooler, clocks and connections. Exits with 1 if a point is an error."
    ),
    Command.withShortDescription("Check the environment of the store"),
    Command.withExamples([{ command: "refold doctor", description: "Is this server set up well?" }])
  )
