/** Tests the log browser of an adapter: lists of streams, reads from the last event on, and look-ups of keys. */
import type { EventReader } from "@refold/store/log/EventReader"
import type { EventStore } from "@refold/store/log/EventStore"
import type { LogBrowser } from "@refold/store/log/LogBrowser"
import type * as Layer from "effect/Layer"
import * as fc from "fast-check"
import * as Programs from "../journal/internal/Programs.ts"
import * as SymbolicListings from "../journal/internal/SymbolicListings.ts"
import * as SymbolicReads from "../journal/internal/SymbolicReads.ts"
import * as Law from "../kit/Law.ts"
import * as Suite from "../kit/Suite.ts"
import * as BrowserLaws from "./internal/BrowserLaws.ts"

type Services = EventStore | EventReader | LogBrowser

/** The laws, to select from or to check without Vitest. */
export const properties = (): ReadonlyArray<Law.Property<Services>> => [
  Law.over(
    BrowserLaws.listingsAgree,
    fc.tuple(SymbolicListings.program, fc.array(SymbolicListings.arbitrary, { maxLength: 8, size: "max" }))
  ),
  Law.over(BrowserLaws.listsNameEachStreamOnce, SymbolicListings.program),
  Law.over(BrowserLaws.listingInPagesIsListingAtOnce, SymbolicListings.program),
  Law.over(
    BrowserLaws.backwardsReadsAgree,
    fc.tuple(Programs.arbitrary, fc.array(SymbolicReads.backwards, { maxLength: 8, size: "max" }))
  ),
  Law.over(BrowserLaws.backwardsIsTheReverse, Programs.arbitrary),
  Law.over(BrowserLaws.pagesBackwardsAreOneRead, Programs.arbitrary),
  Law.over(BrowserLaws.lastEventsAreLast, Programs.arbitrary),
  Law.over(BrowserLaws.foundKeysAgree, Programs.arbitrary)
]

/** Tests an adapter, given as the layer of its stores. Each law is tried on 25 inputs by default. */
export const suite = <E>(name: string, layer: Layer.Layer<Services, E>, options?: Suite.Options): void =>
  Suite.layer(name, layer, properties(), options)
