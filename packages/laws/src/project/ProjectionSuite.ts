/** The laws of a projection of your own as a Vitest suite. */
import type { Tagged } from "@refold/core/event/EventType"
import type { Projection } from "@refold/core/project/Projection"
import * as fc from "fast-check"
import * as Arbitraries from "../kit/internal/Arbitraries.ts"
import * as Law from "../kit/Law.ts"
import * as Suite from "../kit/Suite.ts"
import * as ProjectionLaws from "./internal/ProjectionLaws.ts"
import type { Happened } from "./internal/PureLog.ts"

/** What a projection is tried with. */
export interface Inputs<Event> {
  readonly events: fc.Arbitrary<Event>
  /** The names of the streams that they are in; three in each category that the projection reads, by default. */
  readonly streams?: fc.Arbitrary<string> | undefined
  /** Who caused them, and free keys; nothing, by default. */
  readonly metadata?: fc.Arbitrary<NonNullable<Happened<Event>["metadata"]>> | undefined
}

/** The laws of a projection over its events. */
export const properties = <Event extends Tagged, State, Index extends string>(
  projection: Projection<Event, State, Index>,
  { events, metadata = fc.constant({}), streams = streamsOf(projection) }: Inputs<Event>
): ReadonlyArray<Law.Property<never>> => {
  const happened = fc.record({ stream: streams, event: events, occurredAt: Arbitraries.time, metadata })
  const logs = fc.array(happened, { maxLength: 12 })
  const sizes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 })
  return [
    Law.over(ProjectionLaws.anyBatchesAreRefold(projection), fc.record({ log: logs, sizes })),
    Law.over(ProjectionLaws.foldingIsDeterministic(projection), logs),
    Law.over(ProjectionLaws.foldingChangesNothing(projection), logs),
    Law.over(ProjectionLaws.everyEventFolds(projection), logs),
    Law.over(ProjectionLaws.statesAreReadBack(projection), logs)
  ]
}

const streamsOf = ({ categories = ["any"] }: { readonly categories?: ReadonlyArray<string> | undefined }) =>
  fc.tuple(fc.constantFrom(...categories), fc.constantFrom("1", "2", "3")).map((parts) => parts.join("-"))

/** Tests a projection. */
export const suite = <Event extends Tagged, State, Index extends string>(
  name: string,
  projection: Projection<Event, State, Index>,
  inputs: Suite.Options & Inputs<Event>
): void => Suite.pure(name, properties(projection, inputs), inputs)
