/** The ways a stored event cannot be read as a domain event. Each says which event: its stream, version and type. */
import * as Data from "effect/Data"
import type { StreamName } from "./StreamName.ts"
import type { StreamVersion } from "./StreamVersion.ts"

interface Which {
  readonly stream: StreamName
  readonly version: StreamVersion
  readonly type: string
  readonly schemaVersion: number
}

const which = ({ schemaVersion, stream, type, version }: Which): string =>
  `event ${version} of stream "${stream}" (${type}, schema version ${schemaVersion})`

/** No event type of the codec has, or ever had, this name. */
export class UnknownEventType extends Data.TaggedError("UnknownEventType")<Which> {
  override get message(): string {
    return `${which(this)} is of a type that the codec does not know`
  }
}

/** The event was written by newer code than this, which knows schema versions up to `latest` only. */
export class NewerSchemaVersion extends Data.TaggedError("NewerSchemaVersion")<Which & { readonly latest: number }> {
  override get message(): string {
    return `${which(this)} is newer than the latest schema version known here, ${this.latest}`
  }
}

/** The stored data does not fit its schema, its version is older than any known, or an upcaster threw. */
export class UndecodableEvent extends Data.TaggedError("UndecodableEvent")<Which & { readonly reason: string }> {
  override get message(): string {
    return `${which(this)} cannot be decoded: ${this.reason}`
  }
}

/** Every way decoding can fail. */
export type DecodeError = UnknownEventType | NewerSchemaVersion | UndecodableEvent

/** A domain event does not fit its own schema or cannot be written as JSON. */
export class UnencodableEvent extends Data.TaggedError("UnencodableEvent")<{
  readonly type: string
  readonly reason: string
}> {
  override get message(): string {
    return `${this.type} cannot be encoded: ${this.reason}`
  }
}
