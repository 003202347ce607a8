/** A user of the shop: registered once, welcomed once. */
import { Schema } from "effect"
import { Aggregate, Decider, EventCodec, EventType } from "refold"

// #region events
// Names and fields of events are the storage format: to change one, add a version with an upcaster or a former name.

/** The user exists from here on. */
export const UserRegistered = EventType.make("UserRegistered", Schema.Struct({ name: Schema.NonEmptyString }))

/** The user was welcomed. */
export const UserWelcomed = EventType.make("UserWelcomed", Schema.Struct({}))

/** An event of a user. */
export type Event = typeof UserRegistered.Event | typeof UserWelcomed.Event

/** Writes and reads the events of users. */
export const codec = EventCodec.makeUnsafe([UserRegistered, UserWelcomed])
// #endregion

/** A command to a user. */
export const Command = Schema.Union([
  Schema.TaggedStruct("RegisterUser", { name: Schema.NonEmptyString }),
  Schema.TaggedStruct("WelcomeUser", {})
])
/** A command to a user. */
export type Command = typeof Command.Type

/** The state of a user. */
export type State = "Unknown" | "Registered" | "Welcomed"

/** The refusal of a command to a user. */
export interface Refusal {
  readonly _tag: "UserNotRegistered" | "UserAlreadyRegistered"
}

// #region decider
const decide = (command: Command, state: State): Decider.Decision<Event, Refusal> => {
  switch (command._tag) {
    case "RegisterUser":
      return state === "Unknown"
        ? Decider.accept(UserRegistered.make({ name: command.name }))
        : Decider.refuse({ _tag: "UserAlreadyRegistered" })
    case "WelcomeUser":
      if (state === "Unknown") return Decider.refuse({ _tag: "UserNotRegistered" })
      return state === "Registered" ? Decider.accept(UserWelcomed.make({})) : Decider.accept()
  }
}

const evolve = (_: State, { _tag }: Event): State => (_tag === "UserRegistered" ? "Registered" : "Welcomed")

/** Decides commands to users. */
export const decider = Decider.make<Command, State, Event, Refusal>({ initialState: "Unknown", decide, evolve })
// #endregion

/** Users and their streams, `user-<id>`. */
export const aggregate = Aggregate.makeUnsafe({ category: "user", events: codec, commands: Command, decider })
