/** The limits of a batch of appends, which keep it small enough to take milliseconds. */
import type { EncodedCommit } from "./EncodedCommit.ts"

/** Maximum number of writes in a batch: each takes a lock, in a table that all sessions of a server share. */
const maxWrites = 128

/** Maximum number of events in a batch. */
const maxEvents = 1000

/** Maximum length of the JSON texts in a batch, in UTF-16 units. The server sorts a batch in memory, 4 MB by default. */
const maxLength = 1_048_576

/** Whether a commit may be part of a batch. The others are sent on their own, so that small ones do not wait for them. */
export const fits = ({ ids, length, streams }: EncodedCommit): boolean =>
  streams.length <= maxWrites && ids.length <= maxEvents && length <= maxLength / 4

interface Ready {
  readonly commit: EncodedCommit
  readonly isAlone: boolean
}

/** The number of events of appends. */
export const eventsOf = (ready: ReadonlyArray<Ready>): number =>
  ready.reduce((events, { commit }) => events + commit.ids.length, 0)

/** The number of ready appends that go into one batch of about `share` events, in their order: at least one. */
export const sizeOf = (ready: ReadonlyArray<Ready>, share: number): number => {
  let [events, length, writes] = [0, 0, 0]
  for (const [index, { commit, isAlone }] of ready.entries()) {
    events += commit.ids.length
    length += commit.length
    writes += commit.streams.length
    if (index === 0 && isAlone) return 1
    const isFull = writes > maxWrites || events > Math.min(share, maxEvents) || length > maxLength
    if (index > 0 && (isAlone || isFull)) return index
  }
  return ready.length
}
