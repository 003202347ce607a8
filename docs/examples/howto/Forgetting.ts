/** Customers whose contact data are encrypted in the log, with a key for each person: without the key they are forgotten. */
import { Effect, Layer, Schema } from "effect"
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto"
import { Aggregate, Decider, EventCodec, EventType, type Json, type NewEvent, WireTransform } from "refold"

// #region events
const Contact = Schema.Struct({ name: Schema.String, email: Schema.String })
const Registered = EventType.make("Registered", Schema.Struct({ person: Schema.String, contact: Contact }))
const Moved = EventType.make("Moved", Schema.Struct({ city: Schema.String }))

/** What is read where the key is gone. It must fit the schema. */
const forgotten: typeof Contact.Type = { name: "forgotten", email: "forgotten" }
// #endregion

// #region keys
/** The keys, outside of the store and its backups. Deleting one is what forgets a person. */
export interface Keys {
  /** The key of a person, made where there is none: 32 bytes. */
  readonly get: (person: string) => Effect.Effect<Buffer>
  /** The key of a person, or undefined. */
  readonly find: (person: string) => Effect.Effect<Buffer | undefined>
}
// #endregion

// #region transform
interface Personal extends Json.JsonObject {
  readonly person: string
  readonly contact: Json.Json
}

const isPersonal = <Event extends NewEvent.NewEvent>(event: Event): event is Event & { readonly data: Personal } =>
  event.type === "Registered"

export const layer = (keys: Keys) =>
  Layer.succeed(WireTransform.WireTransform, {
    toWire: (events) =>
      Effect.forEach(events, (event) => {
        if (!isPersonal(event)) return Effect.succeed(event)
        const { contact, person } = event.data
        return Effect.map(keys.get(person), (key) => withContact(event, encrypt(key, event.id, contact)))
      }),
    fromWire: (events) =>
      Effect.forEach(events, (event) => {
        if (!isPersonal(event)) return Effect.succeed(event)
        const { contact, person } = event.data
        return Effect.map(
          keys.find(person),
          // A string: `toWire` stored it.
          (key) => withContact(event, key === undefined ? forgotten : decrypt(key, event.id, contact as string))
        )
      })
  })

const withContact = <Event extends { readonly data: Personal }>(event: Event, contact: Json.Json): Event => ({
  ...event,
  data: { ...event.data, contact }
})
// #endregion

// #region cipher
// The id of the event is authenticated with the text, so that the text of one event cannot be put into another.
const encrypt = (key: Buffer, id: string, value: Json.Json): string => {
  const iv = randomBytes(12)
  const cipher = createCipheriv("aes-256-gcm", key, iv).setAAD(Buffer.from(id))
  const body = Buffer.concat([cipher.update(JSON.stringify(value)), cipher.final()])
  return Buffer.concat([iv, cipher.getAuthTag(), body]).toString("base64")
}

const decrypt = (key: Buffer, id: string, text: string): Json.Json => {
  const bytes = Buffer.from(text, "base64")
  const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, 12))
    .setAAD(Buffer.from(id))
    .setAuthTag(bytes.subarray(12, 28))
  return JSON.parse(Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString())
}
// #endregion

const codec = EventCodec.makeUnsafe([Registered, Moved])

type CustomerCommand =
  | { readonly _tag: "Register"; readonly person: string; readonly contact: typeof Contact.Type }
  | { readonly _tag: "Move"; readonly city: string }

export const Customer = Aggregate.makeUnsafe({
  category: "customer",
  events: codec,
  decider: Decider.make<
    CustomerCommand,
    typeof Contact.Type | null,
    typeof Registered.Event | typeof Moved.Event,
    never
  >({
    initialState: null,
    decide: (command) =>
      command._tag === "Register"
        ? Decider.accept(Registered.make({ person: command.person, contact: command.contact }))
        : Decider.accept(Moved.make({ city: command.city })),
    evolve: (contact, event) => (event._tag === "Registered" ? event.contact : contact)
  })
})
