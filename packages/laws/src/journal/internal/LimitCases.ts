/**
 * Commits at and beyond the limits of stores, as changes to a valid commit. The Journal decides whether one
 * is accepted, and every adapter must decide the same.
 */
import type { NewEvent } from "@refold/core/event/NewEvent"
import type { Commit } from "@refold/core/journal/Commit"
import * as Arr from "effect/Array"
import * as DateTime from "effect/DateTime"
import { eventId, placeholder } from "../../kit/internal/FreshNames.ts"

type LimitCase = (commit: Commit) => Commit

const write = (change: object): LimitCase => (commit) => {
  const [first, ...rest] = commit.writes
  return { ...commit, writes: [{ ...first, ...change }, ...rest] }
}

const event = (change: object | ((event: NewEvent) => object)): LimitCase => (commit) => {
  const [first, ...rest] = commit.writes[0].events
  if (first === undefined) return commit
  const changed = { ...first, ...(typeof change === "function" ? change(first) : change) }
  return write({ events: [changed, ...rest] })(commit)
}

const key = (key: string): LimitCase => (commit) => ({ ...commit, idempotency: { key } })

const fingerprint = (fingerprint: string): LimitCase => (commit) => ({
  ...commit,
  idempotency: { key: `${placeholder}print`, fingerprint }
})

const nested = (depth: number): unknown => depth === 0 ? 0 : [nested(depth - 1)]

const long = (length: number): string => `${placeholder}-`.padEnd(length, "ä")

const data = [
  NaN,
  Infinity,
  -0,
  "\u0000",
  "\uD800",
  { "\uDC00": 1 },
  ["ok", { deep: ["\u0000"] }],
  nested(512),
  nested(513),
  // 311 bytes each, as a store returns them: at most 8 MiB, and one more.
  Array<number>(26_973).fill(1e308),
  Array<number>(26_974).fill(1e308),
  { left: undefined, kept: 1 },
  [undefined],
  undefined,
  1n,
  new Date(0),
  new Map(),
  () => 1,
  Symbol.iterator
]

const times = [
  -62_135_596_800_000,
  -62_135_596_800_001,
  253_402_300_799_999,
  253_402_300_800_000,
  -8_640_000_000_000_000,
  8_640_000_000_000_000
].map((millis) => DateTime.makeUnsafe(millis))

/** All limit cases. Some violate the types on purpose, because callers in JavaScript can. */
export const all: ReadonlyArray<LimitCase> = [
  ...data.map((data) => event({ data })),
  ...times.map((occurredAt) => event({ occurredAt })),
  ...[[], null, { actor: 1 }, { free: "\u0000" }, { free: NaN }].map((metadata) => event({ metadata })),
  ...["", "not-a-uuid", "fade0fad-e0fa-7000-8000-00000000000g"].map((id) => event({ id })),
  event(({ id }) => ({ id: id.toUpperCase() })),
  ...["", "\u0000", "\uD800", "ä".repeat(255), "ä".repeat(256)].map((type) => event({ type })),
  ...[0, 1.5, 32_767, 32_768].map((schemaVersion) => event({ schemaVersion })),
  ...[
    "",
    "nodash",
    `-${placeholder}`,
    `${placeholder}-`,
    long(255),
    long(256),
    `${placeholder}-\u0000`,
    `\uD800${placeholder}-`
  ]
    .map((stream) => write({ stream })),
  ...[-1, 1.5, NaN, 2 ** 53, 2 ** 53 - 1].map((version) => write({ expected: { _tag: "Exact", version } })),
  write({ events: [] }),
  write({ events: [], expected: { _tag: "Any" } }),
  (commit) => ({ ...commit, writes: Arr.map(commit.writes, (write) => ({ ...write, events: [] })) }),
  ...["Any", "NoStream", "StreamExists", "Exact", "Latest"].map((_tag) =>
    write({ expected: { _tag, version: 0 }, lastEventId: eventId(0) })
  ),
  ...[undefined, "", "not-a-uuid", eventId(0), eventId(0).toUpperCase()].map((lastEventId) =>
    write({ expected: { _tag: "Exact", version: 1 }, lastEventId })
  ),
  // Not undefined: to `append` that means any version.
  ...[{}, null, 1, "Any"].map((expected) => write({ expected })),
  (commit) => ({ ...commit, writes: [] as unknown as Commit["writes"] }),
  (commit) => ({ ...commit, writes: [commit.writes[0], ...commit.writes] }),
  (commit) => write({ events: [...commit.writes[0].events, ...commit.writes[0].events.slice(0, 1)] })(commit),
  ...["", long(255), long(256), `${placeholder}\u0000`, `${placeholder}\uDFFF`].map(key),
  ...["", "\u0000", "\uD800", "ä".repeat(10_000)].map(fingerprint)
]
