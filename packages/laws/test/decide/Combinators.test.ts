import * as CombinatorProperties from "../../src/decide/internal/CombinatorProperties.ts"
import * as Sample from "../../src/kit/internal/Sample.ts"
import * as Suite from "../../src/kit/Suite.ts"

Suite.pure("the combinators of deciders", CombinatorProperties.properties(Sample.decider, Sample.commands))
