/** A customer's registration in four versions: a field added, a field renamed, a field split. */
import { Schema } from "effect"
import { EventCodec, EventType } from "refold"

const Text = Schema.String

// #region versions
// The versions are the storage format: a stored version stays readable for as long as its events are stored.
/** A customer registered. */
export const CustomerRegistered = EventType.make("CustomerRegistered", Schema.Struct({ name: Text, mail: Text })).pipe(
  // Version 2: a field is added; older events get a default.
  EventType.upcast(
    Schema.Struct({ name: Text, mail: Text, newsletter: Schema.Boolean }),
    (v1) => ({ ...v1, newsletter: false })
  ),
  // Version 3: a field is renamed.
  EventType.upcast(
    Schema.Struct({ name: Text, email: Text, newsletter: Schema.Boolean }),
    ({ mail, ...v2 }) => ({ ...v2, email: mail })
  ),
  // Version 4: a field is split at the first space.
  EventType.upcast(
    Schema.Struct({ firstName: Text, lastName: Text, email: Text, newsletter: Schema.Boolean }),
    ({ name, ...v3 }) => {
      const [firstName = "", ...others] = name.split(" ")
      return { ...v3, firstName, lastName: others.join(" ") }
    }
  )
)
// #endregion

/** Writes and reads the events. */
export const codec = EventCodec.makeUnsafe([CustomerRegistered])

/** The same registration as each release stored it. */
export const stored = [
  { schemaVersion: 1, data: { name: "Ada Lovelace", mail: "ada@example.org" } },
  { schemaVersion: 2, data: { name: "Ada Lovelace", mail: "ada@example.org", newsletter: false } },
  { schemaVersion: 3, data: { name: "Ada Lovelace", email: "ada@example.org", newsletter: false } },
  {
    schemaVersion: 4,
    data: { firstName: "Ada", lastName: "Lovelace", email: "ada@example.org", newsletter: false }
  }
]
