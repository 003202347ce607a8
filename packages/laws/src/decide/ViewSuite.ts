/** Tests a view, a function that folds events into a state. */
import type { View } from "@refold/core/decide/View"
import * as fc from "fast-check"
import * as Law from "../kit/Law.ts"
import * as Suite from "../kit/Suite.ts"
import * as ViewLaws from "./internal/ViewLaws.ts"

/** The laws of a view over events. */
export const properties = <State, Event>(
  view: View<State, Event>,
  events: fc.Arbitrary<Event>
): ReadonlyArray<Law.Property<never>> => {
  const histories = fc.array(events, { maxLength: 8 })
  return [
    Law.over(ViewLaws.foldingGoesOn(view), fc.tuple(histories, histories)),
    Law.over(ViewLaws.evolvingChangesNothing(view), histories),
    Law.over(ViewLaws.keyOrderMeansNothing(view), fc.tuple(histories, fc.nat()))
  ]
}

/** Tests a view, each law with 100 inputs by default. `events` generates its events, in any order. */
export const suite = <State, Event>(
  name: string,
  view: View<State, Event>,
  { events, ...options }: Suite.Options & { readonly events: fc.Arbitrary<Event> }
): void => Suite.pure(name, properties(view, events), options)
