/** The identity of an event: a UUID, best of version 7, unique in a whole store. */
import type * as Brand from "effect/Brand"
import * as Result from "effect/Result"
import { InvalidInput } from "./InvalidInput.ts"

/** A UUID in lower case with dashes. */
export type EventId = string & Brand.Brand<"EventId">

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** Reads a UUID with dashes, in any case. Fails with `InvalidInput`; `field` names the input in the error. */
export const parse = (text: string, field = "id"): Result.Result<EventId, InvalidInput> => {
  const id = typeof text === "string" ? text.toLowerCase() : ""
  return uuid.test(id)
    // The pattern is the brand's definition.
    ? Result.succeed(id as EventId)
    : Result.fail(new InvalidInput({ field, rule: "must be a UUID" }))
}
