/** The public form of each tagged error of the packages: status, fields, and a fixed text if the error's own is not for clients. */
import { printable } from "@refold/core/internal/event/Printable"

export { printable }

/** The public form of an error. */
export interface Mapping {
  readonly status: number
  /** The fields of the error that become members of the problem; none by default. */
  readonly fields?: ReadonlyArray<string>
  /** The detail; by default the message of the error. */
  readonly detail?: string
  /** Seconds after which a repetition may succeed. */
  readonly retryAfter?: number
  /** Whether the error is a plain object and no `Error`. */
  readonly isRefusal?: true
  /** Whether its message quotes what a stored event or a row contains, so that no log has it at the level Error. */
  readonly quotesData?: true
}

const code = "the request failed by a fault of the service; its log has the cause"
const later = "the service cannot answer now: repeat the request later"

/** An error that is not in the table. */
export const defect: Mapping = { status: 500, detail: code }

const fault: Mapping = { status: 500, detail: code }
const quoting: Mapping = { ...fault, quotesData: true }
const unavailable: Mapping = { status: 503, detail: later, retryAfter: 1 }
const unknown: Mapping = {
  status: 503,
  detail: "the command may have been stored: repeat it under the same idempotency key",
  retryAfter: 1
}
const instance = { fields: ["instance"], isRefusal: true } as const

/** By tag. */
export const mappings: Readonly<Record<string, Mapping>> = {
  // The request breaks a rule.
  InvalidInput: { status: 400, fields: ["field", "rule"] },
  CommandInvalid: { status: 400, fields: ["issues"] },
  UnknownCommand: { status: 400, fields: ["tag", "known"] },
  UnknownQuery: { status: 400, fields: ["tag", "known"] },
  Forbidden: { status: 403, fields: ["reason"] },
  InvalidLine: { status: 400, fields: ["line", "field", "rule"] },
  NewerFormat: { status: 400 },
  IncompleteFile: { status: 400 },
  // The domain refuses: see `Problem.refusalOf`.
  Refused: { status: 422, fields: ["refusal"] },
  // The target of the request has changed, or does not exist.
  VersionConflict: { status: 412, fields: ["actual"] },
  IdempotencyConflict: { status: 422, detail: "the idempotency key was used for another command: use a new key" },
  DuplicateEventId: { status: 409, fields: ["id"] },
  PartRefused: { status: 422, fields: ["stream", "refusal"], detail: "a part of the command was refused" },
  EventNotFound: { status: 404, fields: ["id"] },
  LogWentBack: { status: 410, fields: ["reason", "after", "last"] },
  NotParked: { status: 409, fields: ["projection", "stream"] },
  UnknownInstance: { status: 404, detail: "no instance has this id", ...instance },
  InstanceCompleted: { status: 409, detail: "the instance is completed", ...instance },
  InstanceNotParked: { status: 409, detail: "the instance is not parked", ...instance },
  CommandNotPending: { status: 409, detail: "the outcome of the command is known", ...instance },
  NotReconciled: { status: 409, detail: "the table and its events differ" },
  SwitchedOver: { status: 409, detail: "the mapping was switched over before" },
  StoreNotEmpty: { status: 409 },
  ImportMismatch: { status: 409 },
  // A repetition may succeed.
  EventStoreError: unavailable,
  AppendQueueFull: unavailable,
  OutcomeUnknown: unknown,
  Aborted: unknown,
  StoreClosed: unavailable,
  StoreIncomplete: unavailable,
  NewerSchemaVersion: unavailable,
  UnknownProjection: unavailable,
  ProjectionNotReady: unavailable,
  ProjectionOutdated: unavailable,
  StreamParked: unavailable,
  AwaitTimeout: {
    status: 503,
    fields: ["position", "reached"],
    detail: "the rows do not include the position yet: repeat the request later",
    retryAfter: 1
  },
  EmbeddedUnavailable: unavailable,
  // A fault of the code, the data or the installation.
  UnexpectedError: fault,
  ProcessKeyTaken: fault,
  UnreadableEvent: quoting,
  UnreadableValue: quoting,
  PermissionDenied: fault,
  DeciderFault: fault,
  UnencodableEvent: quoting,
  UnknownEventType: fault,
  UndecodableEvent: quoting,
  DefinitionMismatch: fault,
  UnreadableRow: quoting,
  PoisonedEvent: quoting
}

const byTag = new Map(Object.entries(mappings))

/** The mapping of an error; undefined for a refusal. */
export const find = (error: unknown, tag: string | undefined): Mapping | undefined => {
  const known = tag === undefined ? undefined : byTag.get(tag)
  const isError = error instanceof Error
  // A refusal may have the tag of an error, and an error that of an operator's refusal.
  if (known !== undefined && isError !== (known.isRefusal === true)) return known
  if (isError) return "refusal" in error ? undefined : defect
  return error === undefined || error === null ? defect : undefined
}

/** A failure of the store that a repetition does not change is a fault. */
export const transient = (mapping: Mapping, error: unknown): Mapping =>
  mapping === unavailable && Reflect.get(Object(error), "isPermanent") === true ? fault : mapping
