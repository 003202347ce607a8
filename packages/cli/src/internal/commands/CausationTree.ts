/** Events as a tree of causes: pure, from the causation ids in their metadata. */
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"

/** An event in the tree, and the line that leads to it. */
export interface TreeRow {
  readonly event: RecordedEvent
  /** 0 for an event whose cause is not among the events. */
  readonly depth: number
  /** The id of the event that caused it; null if that event is not among these. */
  readonly causedBy: string | null
  /** The branches before it, such as `│  └─ `; empty at depth 0. */
  readonly branch: string
}

// A command or a timeout of a process is named by the event of the instance that decided it: `fees-ada#2.0`, `fees-ada#3@…`.
const decision = /^(.+)#(\d+)(?:\.\d+)?(?:@.*)?$/

/** The events, each before those that it caused, and otherwise in the order of their positions. */
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

// A cause must have a lower position than its effect: so there is no cycle, whatever is in the metadata.
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
  /** The branches before those of the event itself, and of the events that it caused. */
  readonly above: string
  readonly isLast: boolean
}

// Deeper events are not indented further: a long chain would be a triangle of spaces.
const maxIndent = 20

// With an explicit stack: a chain of events may be longer than the call stack.
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
