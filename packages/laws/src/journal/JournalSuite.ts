/** Tests a Journal, the pure event store that is the specification of every adapter. */
import * as fc from "fast-check"
import * as Arbitraries from "../kit/internal/Arbitraries.ts"
import * as Law from "../kit/Law.ts"
import * as Suite from "../kit/Suite.ts"
import * as GuardLaws from "./internal/GuardLaws.ts"
import * as JournalLaws from "./internal/JournalLaws.ts"
import type { JournalModule } from "./internal/JournalRun.ts"
import * as Programs from "./internal/Programs.ts"
import * as StorableLaws from "./internal/StorableLaws.ts"
import * as UnstorableData from "./internal/UnstorableData.ts"

/** The laws of a Journal module; the one of `@refold/core` by default. */
export const properties = (module?: JournalModule): ReadonlyArray<Law.Property<never>> => [
  ...[
    JournalLaws.refusedAppendsChangeNothing(module),
    JournalLaws.appendsAreAllOrNothing(module),
    JournalLaws.retriesChangeNothing(module),
    JournalLaws.expectedVersionsAreChecked(module),
    GuardLaws.guardsStoreNothing(module),
    JournalLaws.eventIdsAreUnique(module),
    JournalLaws.versionsHaveNoGaps(module),
    JournalLaws.versionOrderIsPositionOrder(module),
    JournalLaws.timesNeverDecrease(module),
    JournalLaws.commitsHaveOneTime(module),
    JournalLaws.asOfPositionIsPrefix(module),
    JournalLaws.asOfInstantIsFilter(module),
    JournalLaws.commitsAreNamed(module),
    JournalLaws.idsAreFilters(module),
    JournalLaws.emptyRangesAreEmpty(module),
    JournalLaws.pagingIsReadingAtOnce(module)
  ].map((law) => Law.over(law, Programs.timed)),
  Law.over(JournalLaws.journalsAreValues(module), fc.tuple(Programs.timed, Programs.timed), { cost: 4 }),
  Law.over(JournalLaws.checksComeInOrder(module), Arbitraries.commit),
  Law.over(StorableLaws.storableDataIsReadBack(module), fc.tuple(Arbitraries.newEvent, UnstorableData.anyValue)),
  Law.over(StorableLaws.keysAreInStoredOrder(module), fc.tuple(Arbitraries.newEvent, Arbitraries.jsonObject)),
  Law.over(
    StorableLaws.otherDataIsRefusedByPath(module),
    fc.tuple(Arbitraries.newEvent, UnstorableData.nestedUnstorable)
  ),
  Law.over(StorableLaws.largerDataIsRefused(module), fc.tuple(Arbitraries.newEvent, Arbitraries.json))
]

/** Tests a Journal module, the one of `@refold/core` by default, each law with 100 inputs by default. */
export const suite = (name: string, module?: JournalModule, options?: Suite.Options): void =>
  Suite.pure(name, properties(module), options)
