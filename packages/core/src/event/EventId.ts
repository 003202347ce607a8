/** The id of an event: a UUID, unique in a store. Version 7 is recommended: it sorts by time. */
import type * as Brand from "effect/Brand"
import * as Result from "effect/Result"
import { invalid, type InvalidInput } from "./InvalidInput.ts"

/** A UUID in lower case with dashes. */
export type EventId = string & Brand.Brand<"EventId">

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** Parses a UUID with dashes, in any case. Fails with `InvalidInput`; `field` is the field of the error. */
export const parse = (text: string, field = "id"): Result.Result<EventId, InvalidInput> => {
  const id = typeof text === "string" ? text.toLowerCase() : ""
  return uuid.test(id)
    // The pattern is the brand's definition.
    ? Result.succeed(id as EventId)
    : invalid(field, "must be a UUID")
}
