/**
 * The order of appends that claim the same names: a stream, an event id or a key. An append has its turn when no earlier append
 * claims one of its names, so appends that have their turn at the same time never conflict. Guards share a stream.
 */

/** A name that an append claims from its arrival to its answer. */
export interface Claim {
  readonly name: string
  /** Whether other appends that share the name may have their turn at the same time. */
  readonly isShared: boolean
}

/** An append in the order. */
export interface Member {
  readonly claims: ReadonlyArray<Claim>
  /** Called once, when its turn comes. */
  readonly onTurn: () => void
}

/** The order. */
export interface StreamTurns<M extends Member> {
  /** Adds a member at the end of the line of each of its names. It may have its turn at once. */
  readonly enter: (member: M) => void
  /** Removes a member, before or during its turn. Others may get their turns. */
  readonly leave: (member: M) => void
}

interface Waiting<M> {
  readonly member: M
  /** The number of lines in which another member is before it. */
  blockers: number
}

interface Place<M> {
  readonly waiting: Waiting<M>
  readonly isShared: boolean
  isFree: boolean
}

type Line<M> = Array<Place<M>>

/** An empty order. */
export const make = <M extends Member>(): StreamTurns<M> => {
  // A name without a member has no line.
  const lines = new Map<string, Line<M>>()
  return {
    enter: (member) => {
      const waiting: Waiting<M> = { member, blockers: 0 }
      for (const claim of member.claims) waiting.blockers += queueUp(lines, waiting, claim) ? 0 : 1
      if (waiting.blockers === 0) member.onTurn()
    },
    leave: (member) => {
      for (const { name } of member.claims) {
        const line = lines.get(name)
        const index = line?.findIndex(({ waiting }) => waiting.member === member) ?? -1
        if (line === undefined || index < 0) continue
        if (line.length === 1) lines.delete(name)
        else {
          line.splice(index, 1)
          advance(line)
        }
      }
    }
  }
}

/** Adds a member to the line of one name; returns whether no earlier member blocks it there. */
const queueUp = <M extends Member>(
  lines: Map<string, Line<M>>,
  waiting: Waiting<M>,
  { isShared, name }: Claim
): boolean => {
  const line = lines.get(name)
  const last = line?.at(-1)
  // If the last one is free and shared, all before it are, too.
  const isFree = last === undefined || (isShared && last.isShared && last.isFree)
  const place = { waiting, isShared, isFree }
  if (line === undefined) lines.set(name, [place])
  else line.push(place)
  return isFree
}

/** Frees the first of a line, or all shared ones at its front. */
const advance = <M extends Member>(line: Line<M>): void => {
  for (const [index, place] of line.entries()) {
    if (index > 0 && !(line[0]!.isShared && place.isShared)) return
    if (place.isFree) continue
    place.isFree = true
    if (--place.waiting.blockers === 0) place.waiting.member.onTurn()
  }
}
