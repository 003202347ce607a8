/** What a writer believes about a stream; an append whose belief is wrong is a `VersionConflict` and stores nothing. */
import { StreamVersion } from "./StreamVersion.ts"

/** `Any` never conflicts; `Exact(0)` and `NoStream` mean the same. */
export type ExpectedVersion =
  | { readonly _tag: "Any" }
  | { readonly _tag: "NoStream" }
  | { readonly _tag: "StreamExists" }
  | { readonly _tag: "Exact"; readonly version: StreamVersion }

/** No belief: append behind whatever is there. */
export const Any: ExpectedVersion = { _tag: "Any" }

/** The stream has no events yet. */
export const NoStream: ExpectedVersion = { _tag: "NoStream" }

/** The stream has at least one event. */
export const StreamExists: ExpectedVersion = { _tag: "StreamExists" }

/** The stream has exactly this many events. */
export const Exact = (version: number): ExpectedVersion => ({ _tag: "Exact", version: StreamVersion(version) })

/** Whether a stream at version `actual` is what the writer expected. */
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
