/** Tests a decider: it is deterministic, its events can be stored, terminal states are final, and no order of keys decides. */
import type { Decider } from "@refold/core/decide/Decider"
import * as fc from "fast-check"
import type { Codec } from "../event/internal/Recode.ts"
import * as Law from "../kit/Law.ts"
import * as Suite from "../kit/Suite.ts"
import * as DeciderLaws from "./internal/DeciderLaws.ts"

/** The inputs of the laws of a decider. */
export interface Inputs<Command, Event> {
  /** Commands of every kind. The laws are tried on sequences of up to 12 of them. */
  readonly commands: fc.Arbitrary<Command>
  /** The codec of the decider's events. Without it, the law that decided events survive being stored is left out. */
  readonly codec?: Codec<Event> | undefined
}

/** The laws of a decider over commands. */
export const properties = <Command, State, Event, Refusal>(
  decider: Decider<Command, State, Event, Refusal>,
  { codec, commands }: Inputs<Command, Event>
): ReadonlyArray<Law.Property<never>> => {
  const histories = fc.array(commands, { maxLength: 12 })
  return [
    Law.over(DeciderLaws.decidingIsDeterministic(decider), histories),
    Law.over(DeciderLaws.terminalDecidesNothing(decider), histories),
    Law.over(DeciderLaws.keyOrderMeansNothing(decider), fc.tuple(histories, fc.nat())),
    ...(codec === undefined ? [] : [Law.over(DeciderLaws.decidedEventsFold(decider, codec), histories)])
  ]
}

/** Tests a decider, each law with 100 inputs by default. */
export const suite = <Command, State, Event, Refusal>(
  name: string,
  decider: Decider<Command, State, Event, Refusal>,
  inputs: Suite.Options & Inputs<Command, Event>
): void => Suite.pure(name, properties(decider, inputs), inputs)
