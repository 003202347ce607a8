/** Tests a projection: its rows depend on the events only, in whatever batches they are folded. */
import type { Tagged } from "@refold/core/event/EventType"
import type { Projection } from "@refold/core/project/Projection"
import * as fc from "fast-check"
import type { Older } from "../event/internal/Older.ts"
import * as Arbitraries from "../kit/internal/Arbitraries.ts"
import * as Law from "../kit/Law.ts"
import * as Suite from "../kit/Suite.ts"
import type { LoggedEvent } from "./internal/InMemoryLog.ts"
import * as ProjectionLaws from "./internal/ProjectionLaws.ts"

/** The inputs of the laws of a projection. */
export interface Inputs<Event> {
  /** Events of every type that the projection reads, in any order. */
  readonly events: fc.Arbitrary<Event>
  /** The names of their streams; by default three streams in each category that the projection reads. */
  readonly streams?: fc.Arbitrary<string> | undefined
  /** Events as older code stored them, each with the events that it is read as; none by default. */
  readonly older?: fc.Arbitrary<Older<Event>> | undefined
  /** The metadata of the events; none by default. */
  readonly metadata?: fc.Arbitrary<NonNullable<LoggedEvent<Event>["metadata"]>> | undefined
}

/** The laws of a projection over these inputs. */
export const properties = <Event extends Tagged, State, Index extends string>(
  projection: Projection<Event, State, Index>,
  { events, metadata = fc.constant({}), older, streams = streamsOf(projection) }: Inputs<Event>
): ReadonlyArray<Law.Property<never>> => {
  const logged = <Stored>(event: fc.Arbitrary<Stored>) =>
    fc.array(fc.record({ stream: streams, event, occurredAt: Arbitraries.time, metadata }), { maxLength: 12 })
  const logs = logged(events)
  const sizes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 })
  return [
    Law.over(ProjectionLaws.anyBatchesAreRefold(projection), fc.record({ log: logs, sizes })),
    Law.over(ProjectionLaws.foldingIsDeterministic(projection), logs),
    Law.over(ProjectionLaws.foldingChangesNothing(projection), logs),
    Law.over(ProjectionLaws.everyEventFolds(projection), logs),
    Law.over(ProjectionLaws.statesAreReadBack(projection), logs),
    Law.over(ProjectionLaws.keyOrderMeansNothing(projection), fc.tuple(logs, fc.nat())),
    ...(older === undefined ? [] : [Law.over(ProjectionLaws.olderEventsFoldAsNative(projection), logged(older))])
  ]
}

const streamsOf = ({ categories = ["any"] }: { readonly categories?: ReadonlyArray<string> | undefined }) =>
  fc.tuple(fc.constantFrom(...categories), fc.constantFrom("1", "2", "3")).map((parts) => parts.join("-"))

/** Tests a projection, each law with 100 inputs by default. */
export const suite = <Event extends Tagged, State, Index extends string>(
  name: string,
  projection: Projection<Event, State, Index>,
  inputs: Suite.Options & Inputs<Event>
): void => Suite.pure(name, properties(projection, inputs), inputs)
