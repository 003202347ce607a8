/** Tests the export and the import of an adapter: an imported store equals the exported one, or nothing is imported. */
import * as Layer from "effect/Layer"
import * as fc from "fast-check"
import * as Programs from "../journal/internal/Programs.ts"
import * as Law from "../kit/Law.ts"
import * as Suite from "../kit/Suite.ts"
import type * as Damages from "./internal/Damages.ts"
import * as FreshStore from "./internal/FreshStore.ts"
import * as WholeStoreLaws from "./internal/WholeStoreLaws.ts"

/** The services of a store under test. */
export type Stores = FreshStore.Stores

const damages: ReadonlyArray<Damages.Name> = ["missing", "repeated", "swapped", "cut", "changed"]
const line = fc.nat(60)
const atLine = fc.record({ program: Programs.arbitrary, line })

/** The laws of an adapter, for another import than `Store.importLines` if given. */
export const properties = (
  importLines?: WholeStoreLaws.ImportLines
): ReadonlyArray<Law.Property<FreshStore.FreshStore>> => [
  Law.over(WholeStoreLaws.importedStoresAreTheSame(importLines), Programs.arbitrary),
  Law.over(WholeStoreLaws.cutImportsGoOn(importLines), atLine),
  Law.over(
    WholeStoreLaws.damagedFilesAreRefused(importLines),
    fc.record({ program: Programs.arbitrary, line, damage: fc.constantFrom(...damages) })
  ),
  Law.over(WholeStoreLaws.incompleteStoresAreClosed(importLines), atLine),
  Law.over(WholeStoreLaws.dryRunsStoreNothing(importLines), Programs.arbitrary)
]

/**
 * Tests an adapter. `store` gives an empty store each time it is built, with the services of `shared`, which is built once. Each law is
 * tried on 25 inputs by default.
 */
export const suite = <E, R, E2>(
  name: string,
  store: Layer.Layer<Stores, E, R>,
  shared: Layer.Layer<R, E2>,
  options?: Suite.Options
): void => Suite.layer(name, Layer.provide(FreshStore.layer(store), shared), properties(), options)
