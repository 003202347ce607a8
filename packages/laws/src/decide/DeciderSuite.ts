/** The laws of a decider as a Vitest suite. */
import type { Decider } from "@refold/core/decide/Decider"
import * as fc from "fast-check"
import type { Codec } from "../event/internal/Recode.ts"
import * as Law from "../kit/Law.ts"
import * as Suite from "../kit/Suite.ts"
import * as DeciderLaws from "./internal/DeciderLaws.ts"

/** What a decider is tried with. */
export interface Inputs<Command, Event> {
  readonly commands: fc.Arbitrary<Command>
  /** How its events are stored; without it, they are not tried on their way through a codec. */
  readonly codec?: Codec<Event> | undefined
}

/** The laws of a decider over its commands. */
export const properties = <Command, State, Event, Refusal>(
  decider: Decider<Command, State, Event, Refusal>,
  { codec, commands }: Inputs<Command, Event>
): ReadonlyArray<Law.Property<never>> => {
  const histories = fc.array(commands, { maxLength: 12 })
  return [
    Law.over(DeciderLaws.decidingIsDeterministic(decider), histories),
    Law.over(DeciderLaws.terminalDecidesNothing(decider), histories),
    ...(codec === undefined ? [] : [Law.over(DeciderLaws.decidedEventsFold(decider, codec), histories)])
  ]
}

/** Tests a decider. */
export const suite = <Command, State, Event, Refusal>(
  name: string,
  decider: Decider<Command, State, Event, Refusal>,
  inputs: Suite.Options & Inputs<Command, Event>
): void => Suite.pure(name, properties(decider, inputs), inputs)
