/** The version that a stream must have for an append to succeed; at another one, it fails with `VersionConflict`. */
import * as Result from "effect/Result"
import { invalid, type InvalidInput } from "../event/InvalidInput.ts"
import { StreamVersion } from "../event/StreamVersion.ts"

/** `Any` never conflicts; `Exact(0)` and `NoStream` mean the same. */
export type ExpectedVersion =
  | { readonly _tag: "Any" }
  | { readonly _tag: "NoStream" }
  | { readonly _tag: "StreamExists" }
  | { readonly _tag: "Exact"; readonly version: StreamVersion }

/** No expectation: append at any version. */
export const Any: ExpectedVersion = { _tag: "Any" }

/** The stream has no events yet. */
export const NoStream: ExpectedVersion = { _tag: "NoStream" }

/** The stream has at least one event. */
export const StreamExists: ExpectedVersion = { _tag: "StreamExists" }

/** The stream has exactly this many events. */
export const Exact = (version: number): ExpectedVersion => ({ _tag: "Exact", version: StreamVersion(version) })

/** Checks an expected version. Fails with `InvalidInput` if its tag is unknown or its version is not 0 or more. */
export const check = (expected: ExpectedVersion, field: string): Result.Result<ExpectedVersion, InvalidInput> => {
  switch (expected?._tag) {
    case "Any":
    case "NoStream":
    case "StreamExists":
      return Result.succeed(expected)
    case "Exact":
      return Number.isSafeInteger(expected.version) && expected.version >= 0
        ? Result.succeed(expected)
        : invalid(`${field}.version`, "must be a whole number of 0 or more")
    default:
      return invalid(field, "must be Any, NoStream, StreamExists or Exact")
  }
}

/** Whether a stream at version `actual` has the expected version. */
export const matches = (expected: ExpectedVersion, actual: StreamVersion): boolean => {
  switch (expected._tag) {
    case "Any":
      return true
    case "NoStream":
      return actual === 0
    case "StreamExists":
      return actual > 0
    case "Exact":
      return actual === expected.version
  }
}

/** For messages: `any`, `no stream`, `an existing stream`, `version 3`. */
export const format = (expected: ExpectedVersion): string => {
  switch (expected._tag) {
    case "Any":
      return "any"
    case "NoStream":
      return "no stream"
    case "StreamExists":
      return "an existing stream"
    case "Exact":
      return `version ${expected.version}`
  }
}
