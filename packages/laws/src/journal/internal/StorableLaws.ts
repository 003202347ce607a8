/** What the Journal makes of data: what can be stored comes back equal, what cannot is refused, and nothing in between. */
import * as Json from "@refold/core/event/Json"
import type { NewEvent } from "@refold/core/event/NewEvent"
import type { Commit } from "@refold/core/journal/Commit"
import * as ExpectedVersion from "@refold/core/journal/ExpectedVersion"
import * as Journal from "@refold/core/journal/Journal"
import * as Arr from "effect/Array"
import * as Result from "effect/Result"
import * as Law from "../../kit/Law.ts"
import * as JournalRun from "./JournalRun.ts"

type Module = JournalRun.JournalModule

/** Equal to what JSON's own text makes of it. Values that `Json.storable` refuses are not its matter. */
export const storableDataIsReadBack = (module: Module = Journal) =>
  Law.make("data that is storable is read back equal", ([event, data]: readonly [NewEvent, unknown]) => {
    if (Result.isFailure(Json.storable(data, "data"))) return { left: [], right: [] }
    const journal = Result.map(appendData(module, event, data), ([journal]) => JournalRun.events(module, journal))
    return {
      left: Result.map(journal, Arr.map(({ data }) => data)),
      right: Result.succeed([JSON.parse(JSON.stringify(data))])
    }
  })

/** Where a value that is not storable hides in data, and the value. */
export interface Hidden {
  readonly path: ReadonlyArray<string | number>
  readonly value: unknown
}

/** Text, numbers and values that JSON or PostgreSQL cannot hold, at any depth. */
export const otherDataIsRefusedByPath = (module: Module = Journal) =>
  Law.make(
    "data that is not storable is refused by its path",
    ([event, { path, value }]: readonly [NewEvent, Hidden]) => {
      const data = path.reduceRight(
        (inner, step) => typeof step === "number" ? [...Array(step).fill(null), inner] : { [step]: inner },
        value
      )
      const field = path.map((step) => typeof step === "number" ? `[${step}]` : `.${step}`).join("")
      return {
        left: Result.map(Result.flip(appendData(module, event, data)), JournalRun.blame),
        right: Result.succeed(["InvalidInput", `writes[0].events[0].data${field}`])
      }
    }
  )

const appendData = (module: Module, event: NewEvent, data: unknown) => {
  // Whether it is JSON is the question.
  const events = [{ ...event, data: data as Json.Json }] as const
  const stream = "sample-1" as Commit["writes"][0]["stream"]
  return module.append(module.empty, { writes: [{ stream, expected: ExpectedVersion.Any, events }] }, JournalRun.epoch)
}
