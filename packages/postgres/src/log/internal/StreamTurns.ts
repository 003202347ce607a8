/**
 * The order of appends that have something in common: a stream, an event id or a key. An append has its turn when none before
 * it has a name that it has, too, so appends that have their turn at the same time never collide. Guards share a stream.
 */

/** A name that an append has, for the time from its arrival to its answer. */
export interface Claim {
  readonly name: string
  /** Whether others may have the name at the same time, if they share it, too. */
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
  /** Adds a member at the end of the line of each of its names. Its turn may come at once. */
  readonly enter: (member: M) => void
  /** Removes a member, whether its turn has come or not. Others may get their turns. */
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

/** Whether the member may go as far as this name is concerned. */
const queueUp = <M extends Member>(
  lines: Map<string, Line<M>>,
  waiting: Waiting<M>,
  { isShared, name }: Claim
): boolean => {
  const line = lines.get(name)
  const last = line?.at(-1)
  // Where the last one is free and shares, so do all before it.
  const isFree = last === undefined || (isShared && last.isShared && last.isFree)
  const place = { waiting, isShared, isFree }
  if (line === undefined) lines.set(name, [place])
  else line.push(place)
  return isFree
}

/** Frees the first of a line, or the first ones as long as they share. */
const advance = <M extends Member>(line: Line<M>): void => {
  for (const [index, place] of line.entries()) {
    if (index > 0 && !(line[0]!.isShared && place.isShared)) return
    if (place.isFree) continue
    place.isFree = true
    if (--place.waiting.blockers === 0) place.waiting.member.onTurn()
  }
}
