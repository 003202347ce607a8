/** The commands of a process instance, sent by its runner and by operators, and its refusals. */
import * as Schema from "effect/Schema"
import type { NewerSchemaVersion } from "../../event/DecodeError.ts"
import { EventTrigger, Outcome } from "../ProcessEvent.ts"

const common = {
  instance: Schema.String,
  /** A new id for what the instance decides; a runner gives one to each message. */
  decision: Schema.optionalKey(Schema.String)
}

/** A command of an instance. */
export const Message = Schema.Union([
  Schema.TaggedStruct("Observe", { ...common, trigger: EventTrigger }),
  Schema.TaggedStruct("Answer", {
    ...common,
    sentAt: Schema.Int,
    /** The id of the decision that sent the command. An answer to another decision is ignored. */
    sentBy: Schema.optionalKey(Schema.String),
    index: Schema.Int,
    outcome: Outcome,
    at: Schema.DateTimeUtc
  }),
  Schema.TaggedStruct("TimeOut", {
    ...common,
    name: Schema.String,
    scheduledAt: Schema.Int,
    /** The id of the decision that scheduled it. A timeout of another decision is ignored. */
    scheduledBy: Schema.optionalKey(Schema.String)
  }),
  Schema.TaggedStruct("Resume", { ...common, reason: Schema.String, at: Schema.DateTimeUtc }),
  Schema.TaggedStruct("Retry", common),
  Schema.TaggedStruct("Discard", { ...common, reason: Schema.String })
])
/** A command of an instance. */
export type Message = typeof Message.Type

type Unnamed<M> = M extends unknown ? Omit<M, "instance" | "decision"> : never
/** A command of an instance, without the instance and the id of the decision. */
export type MessageBody = Unnamed<Message>

/** The refusal of an operator's command by an instance. */
export type OperatorRefusal =
  | { readonly _tag: "UnknownInstance"; readonly instance: string }
  | { readonly _tag: "InstanceCompleted"; readonly instance: string }
  | { readonly _tag: "InstanceNotParked"; readonly instance: string }
  | { readonly _tag: "CommandNotPending"; readonly instance: string }

/** The refusal of a command by an instance: an operator's command is refused, or the code is too old for an event of the instance. */
export type InstanceRefusal = OperatorRefusal | NewerSchemaVersion
