/** The story as text for a terminal, under 40 lines. */
import { DateTime, Result } from "effect"
import type { EventType, Projection } from "refold"
import * as Money from "../Money.ts"
import { orderTotals } from "../projection/OrderTotals.ts"
import { revenue } from "../projection/Revenue.ts"
import { userActivity } from "../projection/UserActivity.ts"
import type { AllRows } from "../story/Questions.ts"
import type { StoryResult } from "../story/Story.ts"

/** The text of a story. */
export const of = (story: StoryResult): string =>
  [
    `Orders: an event-driven pipeline, on ${
      story.store === "memory" ? "the store in memory" : "an embedded PostgreSQL"
    }`,
    ...section("A week of commands and events", story.moments.map(({ at, text }) => `${clockOf(at)}  ${text}`)),
    ...section("Observers", observersOf(story)),
    ...section(`Projections: what ${story.eventsStored} events add up to`, projectionsOf(story.projections)),
    ...section(`Revenue as of last Tuesday, ${DateTime.formatIso(story.lastTuesday.at).slice(0, 16)}Z`, pastOf(story)),
    ...section("Replay, a range, an old version", logOf(story))
  ].join("\n")

const section = (title: string, lines: ReadonlyArray<string>) => ["", title, ...lines.map((line) => `  ${line}`)]

const days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]

const clockOf = (at: DateTime.Utc): string =>
  `${days[DateTime.getPartUtc(at, "weekDay")]} ${DateTime.formatIso(at).slice(11, 16)}`

const observersOf = ({ calls, messages }: StoryResult): ReadonlyArray<string> => [
  `welcome appends while it is called; it is called with ${runsOf(calls.slice(0, 6))}`,
  `notifications sends ${messages.length} messages; the last one: ${messages.at(-1)}`
]

/** `a, a, b` as `2 a, then 1 b`. */
const runsOf = (types: ReadonlyArray<string>): string => {
  const starts = types.flatMap((type, index) => (type === types[index - 1] ? [] : [index]))
  return starts.map((from, run) => `${(starts[run + 1] ?? types.length) - from} ${types[from]}`).join(", then ")
}

const projectionsOf = (all: AllRows): ReadonlyArray<string> => [
  ...rowsOf(orderTotals, all).map(([key, { currency, status, total, user }]) =>
    [key.padEnd(10), user.padEnd(5), Money.format(total, currency).padStart(11), status].join("  ")
  ),
  rowsOf(userActivity, all).map(([user, { ordersPlaced, payments }]) =>
    `${user}: orders ${ordersPlaced}, payments ${payments}`
  ).join(" | "),
  `revenue: ${revenueOf(all)}`
]

const revenueOf = (all: AllRows): string =>
  Money.Currency.literals.flatMap((currency) =>
    rowsOf(revenue, all).filter(([key]) => key === currency).map(([, row]) => Money.format(row.revenue, currency))
  ).join(" | ")

const pastOf = ({ lastTuesday: { occurred, recorded } }: StoryResult): ReadonlyArray<string> => [
  `recorded by then:                 ${revenueOf(recorded)}`,
  `occurred by then, as known today: ${revenueOf(occurred)}`
]

const logOf = ({ inEmptyRange, old: { read, stored }, replayed }: StoryResult): ReadonlyArray<string> => [
  `replay from event …${replayed.from.slice(-4)}: ${replayed.types.join(", ")}`,
  `replay from an unknown event: ${replayed.unknown}`,
  `from Saturday to Tuesday: ${inEmptyRange} events, for the range ends before it starts`,
  `stored in version ${stored.schemaVersion}: ${JSON.stringify(stored.data)}`,
  `read in version 2:   ${JSON.stringify(read)}`
]

// The rows of one projection with the types of its states.
const rowsOf = <Event extends EventType.Tagged, State>(
  { decode, name }: Projection.Projection<Event, State, string>,
  all: AllRows
): ReadonlyArray<readonly [key: string, state: State]> =>
  Object.entries(all[name] ?? {}).map(([key, row]) => [key, Result.getOrThrow(decode(row))])
