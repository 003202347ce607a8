/** The laws of event data: storable data is read back equal, other data and larger data is refused. */
import * as Json from "@refold/core/event/Json"
import type { NewEvent } from "@refold/core/event/NewEvent"
import { storedLength } from "@refold/core/internal/event/StoredLength"
import type { Commit } from "@refold/core/journal/Commit"
import * as ExpectedVersion from "@refold/core/journal/ExpectedVersion"
import * as Journal from "@refold/core/journal/Journal"
import * as SizeLimits from "@refold/core/journal/SizeLimits"
import * as Arr from "effect/Array"
import * as Result from "effect/Result"
import * as Law from "../../kit/Law.ts"
import * as JournalRun from "./JournalRun.ts"

type Module = JournalRun.JournalModule

/** Equal to the value after a round trip through JSON text. Values that `Json.storable` refuses are left to the other law. */
export const storableDataIsReadBack = (module: Module = Journal) =>
  Law.make("storable data is read back equal", ([event, data]: readonly [NewEvent, unknown]) => {
    if (Result.isFailure(Json.storable(data, "data"))) return { left: [], right: [] }
    const journal = Result.map(appendData(module, event, data), ([journal]) => JournalRun.events(module, journal))
    return {
      left: Result.map(journal, Arr.map(({ data }) => data)),
      right: Result.succeed([JSON.parse(JSON.stringify(data))])
    }
  })

/** In the order of jsonb, whatever the order of the input, so that a fold sees the same object on every adapter. */
export const keysAreInStoredOrder = (module: Module = Journal) =>
  Law.make("data is read back with its keys in the order of jsonb", ([event, data]: readonly [NewEvent, Json.Json]) => {
    const journal = Result.map(appendData(module, event, data), ([journal]) => JournalRun.events(module, journal))
    return {
      left: Result.map(journal, Arr.map(({ data }) => JSON.stringify(data))),
      right: Result.map(Json.storable(data, "data"), (stored) => [JSON.stringify(stored)])
    }
  })

/** A value that is not storable, and its path in the data. */
export interface NestedValue {
  readonly path: ReadonlyArray<string | number>
  readonly value: unknown
}

/** Text, numbers and other values that JSON or PostgreSQL cannot hold, at any depth. */
export const otherDataIsRefusedByPath = (module: Module = Journal) =>
  Law.make(
    "data that is not storable is refused, and the error names its path",
    ([event, { path, value }]: readonly [NewEvent, NestedValue]) => {
      const data = path.reduceRight(
        (inner, step) => typeof step === "number" ? [...Array(step).fill(null), inner] : { [step]: inner },
        value
      )
      const field = path.map((step) => typeof step === "number" ? `[${step}]` : `.${step}`).join("")
      return {
        left: Result.map(Result.flip(appendData(module, event, data)), JournalRun.errorSubject),
        right: Result.succeed(["InvalidInput", `writes[0].events[0].data${field}`])
      }
    }
  )

/** Counted as the store returns it, in bytes of PostgreSQL's text of a jsonb. */
export const largerDataIsRefused = (module: Module = Journal) =>
  Law.make(
    "an event is stored if its data is not larger than the limit, and refused if it is a byte larger",
    ([event, data]: readonly [NewEvent, Json.Json]) => {
      const size = storedLength(data)
      const outcome = (eventData: number) => {
        const appended = appendData(module, event, data, { ...SizeLimits.defaults, eventData })
        return Result.match(appended, { onFailure: JournalRun.errorSubject, onSuccess: () => "stored" })
      }
      return {
        left: [outcome(size), outcome(size - 1)],
        right: ["stored", ["InvalidInput", "writes[0].events[0].data"]]
      }
    }
  )

const appendData = (module: Module, event: NewEvent, data: unknown, limits?: SizeLimits.SizeLimits) => {
  // Callers in JavaScript may pass data that is not JSON: the Journal must check it.
  const events = [{ ...event, data: data as Json.Json }] as const
  const stream = "sample-1" as Commit["writes"][0]["stream"]
  const commit = { writes: [{ stream, expected: ExpectedVersion.Any, events }] } as const
  return module.append(module.empty, commit, JournalRun.epoch, limits)
}
