/** The laws of the combinators over commands of one decider. */
import type { Decider } from "@refold/core/decide/Decider"
import * as fc from "fast-check"
import * as Law from "../../src/kit/Law.ts"
import * as CombinatorLaws from "./CombinatorLaws.ts"

/** The laws of the combinators, tried on this decider. */
export const properties = <Command, State, Event, Refusal>(
  decider: Decider<Command, State, Event, Refusal>,
  { commands }: { readonly commands: fc.Arbitrary<Command> },
  combinators?: CombinatorLaws.Combinators
): ReadonlyArray<Law.Property<never>> => {
  const histories = fc.array(commands, { maxLength: 8 })
  const sided = fc.record({ _tag: fc.constantFrom("Left" as const, "Right" as const), value: commands })
  const instances = fc.record({ id: fc.constantFrom("a", "b", "__proto__"), value: commands })
  return [
    Law.over(CombinatorLaws.neutralIsLeftUnit(decider, combinators), histories),
    Law.over(CombinatorLaws.neutralIsRightUnit(decider, combinators), histories),
    Law.over(CombinatorLaws.composedDoNotInterfere(decider, combinators), fc.array(sided, { maxLength: 12 })),
    Law.over(CombinatorLaws.instancesDoNotInterfere(decider, combinators), fc.array(instances, { maxLength: 12 })),
    Law.over(CombinatorLaws.adaptToItselfChangesNothing(decider, combinators), histories)
  ]
}
