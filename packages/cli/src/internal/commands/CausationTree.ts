/** Events as the tree of what caused what: pure, from the causation ids in their metadata. */
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"

/** An event in the tree, and the line that leads to it. */
export interface TreeRow {
  readonly event: RecordedEvent
  /** 0 for an event whose cause is not among the events. */
  readonly depth: number
  /** The id of the event that caused it; null where that is not among the events. */
  readonly causedBy: string | null
  /** The branches before it, such as `│  └─ `; empty at depth 0. */
  readonly branch: string
}

// A command or a timeout of a process is named by the event of the instance that decided it: `fees-ada#2.0`, `fees-ada#3@…`.
const decision = /^(.+)#(\d+)(?:\.\d+)?(?:@.*)?$/

/** The events, each before what it caused, and otherwise in the order of their positions. */
export const arrange = (events: ReadonlyArray<RecordedEvent>): ReadonlyArray<TreeRow> => {
  const sorted = events.toSorted((one, other) => one.position - other.position)
  const byName = new Map<string, RecordedEvent>(
    sorted.flatMap((event) => [[event.id, event], [`${event.stream}#${event.version}`, event]])
  )
  const children = new Map<RecordedEvent | undefined, Array<RecordedEvent>>()
  for (const event of sorted) {
    const cause = causeOf(event, byName)
    children.set(cause, [...children.get(cause) ?? [], event])
  }
  return rowsUnder(undefined, children)
}

// A cause comes before what it caused, so that there is no cycle, whatever the metadata says.
const causeOf = (event: RecordedEvent, byName: ReadonlyMap<string, RecordedEvent>): RecordedEvent | undefined => {
  const { causationId } = event.metadata
  if (typeof causationId !== "string") return undefined
  const [, stream, version] = decision.exec(causationId) ?? []
  const cause = byName.get(causationId) ?? byName.get(`${stream}#${version}`)
  return cause !== undefined && cause.position < event.position ? cause : undefined
}

type Children = ReadonlyMap<RecordedEvent | undefined, ReadonlyArray<RecordedEvent>>

interface Pending {
  readonly event: RecordedEvent
  readonly cause: RecordedEvent | undefined
  readonly depth: number
  /** The branches before those of the event itself, and of what it caused. */
  readonly above: string
  readonly isLast: boolean
}

// Deeper ones stand below each other: a long chain would be a triangle of spaces.
const maxIndent = 20

// With a stack of its own: a chain of events may be longer than the one of calls.
const rowsUnder = (root: undefined, children: Children): ReadonlyArray<TreeRow> => {
  const rows: Array<TreeRow> = []
  const stack = pendingUnder(root, children, { depth: 0, above: "" })
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const { above, cause, depth, event, isLast } = next
    const branch = depth === 0 ? "" : `${above}${isLast ? "└─ " : "├─ "}`
    rows.push({ event, depth, causedBy: cause?.id ?? null, branch })
    const below = depth === 0 || depth > maxIndent ? above : `${above}${isLast ? "   " : "│  "}`
    stack.push(...pendingUnder(event, children, { depth: depth + 1, above: below }))
  }
  return rows
}

// The first one last, to be taken from the end of the stack.
const pendingUnder = (
  cause: RecordedEvent | undefined,
  children: Children,
  place: Pick<Pending, "depth" | "above">
): Array<Pending> =>
  (children.get(cause) ?? []).map((event, index, all) => ({ event, cause, ...place, isLast: index === all.length - 1 }))
    .toReversed()
