/** The laws of the combinators of deciders: each part behaves as it does alone. */
import type { Decider } from "@refold/core/decide/Decider"
import * as DeciderCombinators from "@refold/core/decide/DeciderCombinators"
import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Decisions from "../../src/decide/internal/Decisions.ts"
import * as Law from "../../src/kit/Law.ts"

/** The functions that combine deciders; the ones of `@refold/core` by default. */
export type Combinators = Pick<typeof DeciderCombinators, "adapt" | "compose" | "many" | "neutral">

/** Composed with `neutral` on the left, a decider gives the same answers and is terminal at the same time. */
export const neutralIsLeftUnit = <Command, State, Event, Refusal>(
  decider: Decider<Command, State, Event, Refusal>,
  { compose, neutral }: Combinators = DeciderCombinators
) =>
  Law.make<ReadonlyArray<Command>>("neutral is the unit of compose on the left", (commands) => {
    const composed = compose(neutral, decider)
    return {
      left: part(composed, commands.map(DeciderCombinators.right), ([, state]) => state),
      right: whole(decider, commands)
    }
  })

/** Composed with `neutral` on the right, a decider gives the same answers and is terminal at the same time. */
export const neutralIsRightUnit = <Command, State, Event, Refusal>(
  decider: Decider<Command, State, Event, Refusal>,
  { compose, neutral }: Combinators = DeciderCombinators
) =>
  Law.make<ReadonlyArray<Command>>("neutral is the unit of compose on the right", (commands) => {
    const composed = compose(decider, neutral)
    return {
      left: part(composed, commands.map(DeciderCombinators.left), ([state]) => state),
      right: whole(decider, commands)
    }
  })

/** Commands for both parts, in any order. */
export type SidedCommands<Command> = ReadonlyArray<DeciderCombinators.Side<Command, Command>>

/** Two copies of a decider: the state of each depends on the commands of its own side only. */
export const composedDoNotInterfere = <Command, State, Event, Refusal>(
  decider: Decider<Command, State, Event, Refusal>,
  { compose }: Combinators = DeciderCombinators
) =>
  Law.make<SidedCommands<Command>>("composed deciders do not interfere", (commands) => {
    const own = (side: "Left" | "Right") => commands.filter(({ _tag }) => _tag === side).map(({ value }) => value)
    return {
      left: Decisions.states(compose(decider, decider), commands).at(-1),
      right: [Decisions.states(decider, own("Left")).at(-1), Decisions.states(decider, own("Right")).at(-1)]
    }
  })

/** Commands for instances, in any order. */
export type InstanceCommands<Command> = ReadonlyArray<DeciderCombinators.Instance<Command>>

/** The state of each instance depends on the commands with its own id only. */
export const instancesDoNotInterfere = <Command, State, Event, Refusal>(
  decider: Decider<Command, State, Event, Refusal>,
  { many }: Combinators = DeciderCombinators
) =>
  Law.make<InstanceCommands<Command>>("the instances of many do not interfere", (commands) => {
    const ids = [...new Set(commands.map(({ id }) => id))]
    const together = Decisions.states(many(decider), commands).at(-1) ?? HashMap.empty<string, State>()
    return {
      left: ids.map((id) => Option.getOrElse(HashMap.get(together, id), () => decider.initialState)),
      right: ids.map((own) =>
        Decisions.states(decider, commands.filter(({ id }) => id === own).map(({ value }) => value)).at(-1)
      )
    }
  })

/** Each command and event is translated to itself. */
export const adaptToItselfChangesNothing = <Command, State, Event, Refusal>(
  decider: Decider<Command, State, Event, Refusal>,
  { adapt }: Combinators = DeciderCombinators
) =>
  Law.make<ReadonlyArray<Command>>("a decider adapted by identity functions is the same decider", (commands) => {
    const same = adapt(decider, {
      command: (command: Command) => Option.some(command),
      readEvent: (event: Event) => Option.some(event),
      writeEvent: (event) => event
    })
    return { left: whole(same, commands), right: whole(decider, commands) }
  })

const whole = <Command, State, Event, Refusal>(
  decider: Decider<Command, State, Event, Refusal>,
  commands: ReadonlyArray<Command>
) => ({
  answers: Decisions.answers(decider, commands),
  isTerminal: Decisions.states(decider, commands).map(decider.isTerminal)
})

// Like `whole`, for the part of a composed decider that the commands are for.
const part = <Command, States, Event extends Sided, Refusal extends Sided>(
  decider: Decider<Command, States, Event, Refusal>,
  commands: ReadonlyArray<Command>,
  stateOf: (states: States) => unknown
) => ({
  ...whole(decider, commands),
  answers: Decisions.answers(decider, commands).map(Result.mapBoth({
    onSuccess: ({ events, state, version }) => ({
      events: events.map(({ value }) => value),
      state: stateOf(state),
      version
    }),
    onFailure: ({ value }) => value
  }))
})

type Sided = DeciderCombinators.Side<unknown, unknown>
