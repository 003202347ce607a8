// Planted faults of views, deciders and combinators of deciders.
import * as DeciderSuite from "../../src/decide/DeciderSuite.ts"
import * as DeciderLaws from "../../src/decide/internal/DeciderLaws.ts"
import * as ViewLaws from "../../src/decide/internal/ViewLaws.ts"
import * as ViewSuite from "../../src/decide/ViewSuite.ts"
import * as Sample from "../../src/kit/internal/Sample.ts"
import * as Codecs from "../event/faults/Codecs.ts"
import { pure, type Table } from "../support/Planted.ts"
import * as Planted from "../support/Planted.ts"
import * as CombinatorLaws from "./CombinatorLaws.ts"
import * as CombinatorProperties from "./CombinatorProperties.ts"
import * as Combinators from "./faults/Combinators.ts"
import * as Deciders from "./faults/Deciders.ts"

const viewLaws: Table<typeof ViewLaws> = {
  foldingGoesOn: { "a view that counts its calls": pure(ViewSuite.properties(Deciders.countsItsCalls, Sample.events)) },
  evolvingChangesNothing: {
    "a view that mutates its state": pure(ViewSuite.properties(Deciders.mutatesItsState, Sample.events))
  },
  keyOrderMeansNothing: {
    "a view that takes the first value of an object": pure(
      ViewSuite.properties(Deciders.takesTheFirstPrice, Deciders.priced)
    )
  }
}

const decider = (decider: typeof Sample.decider, codec = Sample.codec) =>
  pure(DeciderSuite.properties(decider, { commands: Sample.commands, codec }))

const deciderLaws: Table<typeof DeciderLaws> = {
  decidingIsDeterministic: { "random refusals": decider(Deciders.refusesAtRandom) },
  decidedEventsFold: { "a codec that loses notes": decider(Sample.decider, Codecs.losesNotes) },
  terminalDecidesNothing: { "a decider that decides in terminal states": decider(Deciders.decidesInTerminalStates) },
  keyOrderMeansNothing: {
    "a queue that serves the first key of an object": pure(
      DeciderSuite.properties(Deciders.servesTheFirstKey, {
        commands: Deciders.queueCommands,
        codec: Deciders.queueCodec
      })
    )
  }
}

const combinators = (combinators: CombinatorLaws.Combinators) =>
  pure(CombinatorProperties.properties(Sample.decider, Sample, combinators))

const combinatorLaws: Table<typeof CombinatorLaws> = {
  neutralIsLeftUnit: { "a compose that drops events of the right": combinators(Combinators.dropsEventsOfTheRight) },
  neutralIsRightUnit: { "a compose that is terminal with the right": combinators(Combinators.isTerminalWithTheRight) },
  composedDoNotInterfere: { "a compose that resets the left": combinators(Combinators.resetsTheLeft) },
  instancesDoNotInterfere: { "a many that changes two instances": combinators(Combinators.changesTwoInstances) },
  adaptToItselfChangesNothing: { "an adapt that keeps one event": combinators(Combinators.adaptsOneEventOnly) }
}

Planted.find("ViewLaws", ViewLaws, [Sample.decider], viewLaws)
Planted.find("DeciderLaws", DeciderLaws, [Sample.decider, Sample.codec], deciderLaws)
Planted.find("CombinatorLaws", CombinatorLaws, [Sample.decider], combinatorLaws)
