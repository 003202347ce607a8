/** What an instance of a process is asked to do, by its runner and by operators, and why it may say no. */
import * as Schema from "effect/Schema"
import { EventTrigger, Outcome } from "../ProcessEvent.ts"

const told = { instance: Schema.String }

/** What an instance is asked to do. */
export const Message = Schema.Union([
  Schema.TaggedStruct("Observe", { ...told, trigger: EventTrigger }),
  Schema.TaggedStruct("Answer", {
    ...told,
    sentAt: Schema.Int,
    index: Schema.Int,
    outcome: Outcome,
    at: Schema.DateTimeUtc
  }),
  Schema.TaggedStruct("TimeOut", { ...told, name: Schema.String, scheduledAt: Schema.Int }),
  Schema.TaggedStruct("Resume", { ...told, reason: Schema.String, at: Schema.DateTimeUtc }),
  Schema.TaggedStruct("Retry", told),
  Schema.TaggedStruct("Discard", { ...told, reason: Schema.String })
])
/** What an instance is asked to do. */
export type Message = typeof Message.Type

type Unnamed<M> = M extends unknown ? Omit<M, "instance"> : never
/** What an instance is asked to do, without its name. */
export type MessageBody = Unnamed<Message>

/** Why an instance says no to an operator. */
export type InstanceRefusal =
  | { readonly _tag: "UnknownInstance"; readonly instance: string }
  | { readonly _tag: "InstanceCompleted"; readonly instance: string }
  | { readonly _tag: "InstanceNotParked"; readonly instance: string }
