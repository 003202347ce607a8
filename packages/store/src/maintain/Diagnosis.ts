/** The results of a check of a store's environment, one for each point: tagged data with a message of one line. */
import { printable } from "@refold/core/internal/event/Printable"

/** `Error`: the store does not work, or not safely. `Warning`: it works, and an operator should check it. */
export type Severity = "Ok" | "Warning" | "Error"

/** A point that is checked. */
export type Point =
  /** The version of the server. */
  | "ServerVersion"
  /** The migrations that have run. */
  | "SchemaVersion"
  /** Whether the store is in the middle of an import. */
  | "Import"
  /** The rights of the current role. */
  | "Rights"
  /** The default isolation of the sessions. */
  | "Isolation"
  /** The encoding of the database. */
  | "Encoding"
  /** Whether a pooler shares sessions between transactions. */
  | "Pooler"
  /** The difference of the clocks of program and server. */
  | "Clock"
  /** The number of free connections of the server. */
  | "Connections"
  /** Whether the server is a standby. */
  | "Primary"

/** The result for a point. */
export interface Diagnosis {
  readonly _tag: Point
  readonly severity: Severity
  /** A message of one line. */
  readonly message: string
  /** The measured values. */
  readonly details: Readonly<Record<string, string | number>>
}

/** Makes a diagnosis. Control characters in the message are escaped. */
export const make = (
  _tag: Point,
  severity: Severity,
  message: string,
  details: Diagnosis["details"] = {}
): Diagnosis => ({ _tag, severity, message: printable(message), details })
