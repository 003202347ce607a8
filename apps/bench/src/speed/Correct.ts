/** Counts the incorrect results of stores over a whole run. */
import type { Sample } from "./Compare.ts"
import type { Correctness } from "./Findings.ts"
import type { Cell } from "./Group.ts"
import { entryOf, type PeerName } from "./Peers.ts"
import type { Outcome } from "./Rounds.ts"

type Counts = { -readonly [Key in keyof Omit<Correctness, "label" | "peer">]: Correctness[Key] }

/** Adds up the outcomes of groups. */
export const tally = () => {
  const counts = new Map<PeerName, Counts>()
  return {
    add: (cells: ReadonlyArray<Cell>, outcomes: ReadonlyArray<Outcome<Sample>>): void => {
      for (const [index, { peer, task }] of cells.entries()) {
        for (const sample of outcomes[index]?.values ?? []) {
          // Only measurements that checked it.
          if (sample?.wrong === undefined) continue
          const own = counts.get(peer) ?? { events: 0, lost: 0, unraised: 0, skipped: 0, hasReader: false }
          counts.set(peer, own)
          own.events += sample.events ?? 0
          own.lost += sample.wrong.lost ?? 0
          own.unraised += sample.wrong.unraised ?? 0
          own.skipped += sample.wrong.skipped ?? 0
          own.hasReader ||= task === "reader"
        }
      }
    },
    all: (): ReadonlyArray<Correctness> =>
      [...counts].map(([peer, counted]) => ({ peer, label: entryOf(peer).label, ...counted }))
  }
}
