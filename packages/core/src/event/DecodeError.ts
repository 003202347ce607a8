/** The errors of decoding a stored event as domain events. Each error names the event's stream, version and type. */
import { printable } from "./internal/Printable.ts"
import { TaggedError } from "./internal/TaggedError.ts"
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

/** No event type of the codec has this name or former name. */
export class UnknownEventType extends TaggedError("UnknownEventType")<Which> {
  override get message(): string {
    return printable(
      `${
        which(this)
      } has a type that the codec does not have: run newer code if it knows the type, or add the type or the former name to the codec`
    )
  }
}

/**
 * This code is older than the data: newer code wrote the event, and its schema version is above `latest`, the highest version
 * of the codec. Run newer code.
 */
export class NewerSchemaVersion extends TaggedError("NewerSchemaVersion")<Which & { readonly latest: number }> {
  override get message(): string {
    return printable(
      `this code is older than the data: ${
        which(this)
      } is newer than the latest schema version known here, ${this.latest}: run newer code`
    )
  }
}

/**
 * The stored data does not fit its schema, or its version is older than any known. Or an upcaster or a split threw, or gave
 * what does not fit the next schema; then `reason` names it, the versions and the field.
 */
export class UndecodableEvent extends TaggedError("UndecodableEvent")<Which & { readonly reason: string }> {
  override get message(): string {
    return printable(`${which(this)} cannot be decoded: ${this.reason}`)
  }
}

/** All errors of decoding. */
export type DecodeError = UnknownEventType | NewerSchemaVersion | UndecodableEvent

/** A domain event does not fit its own schema, cannot be written as JSON, or could not be decoded again. */
export class UnencodableEvent extends TaggedError("UnencodableEvent")<{
  readonly type: string
  readonly reason: string
}> {
  override get message(): string {
    return printable(`${this.type} cannot be encoded: ${this.reason}`)
  }
}
