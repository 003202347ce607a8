/** The processes of the stores of a run. A store that cannot be opened is left out; one whose process ended gets another. */
import * as Child from "./Child.ts"
import type { Absent } from "./Findings.ts"
import type { Cell, Group } from "./Group.ts"
import { entryOf, type PeerName } from "./Peers.ts"
import type { Job } from "./Protocol.ts"
import type { Server } from "./Server.ts"
import type { TaskName } from "./Tasks.ts"

/** The stores that were opened. */
export interface Stores {
  readonly names: ReadonlyArray<PeerName>
  readonly absent: ReadonlyArray<Absent>
  /** The process of a store that was opened. */
  readonly of: (peer: PeerName) => Child.Child
  /** Closes the sessions of the cells; those that all groups share stay open. */
  readonly release: (cells: ReadonlyArray<Cell>) => Promise<void>
  readonly stop: () => void
}

/** The database that most groups share. */
const shared = "main"

// Only opens the store.
const opening = { writers: 1, batch: 1, streams: 1, events: 0, rows: 1, times: 0, millis: 0 }

/** The address of a cell's database. */
export const urlOf = (server: Server, { database, peer }: Pick<Cell, "database" | "peer">): Promise<string> =>
  entryOf(peer).isServer ? server.database(`${peer}_${database}`) : Promise.resolve("")

/** The job that opens the store of a cell and creates what it needs. */
export const opener = async (server: Server, cell: Pick<Cell, "database" | "peer">): Promise<Job> => ({
  url: await urlOf(server, cell),
  task: "append" satisfies TaskName,
  size: opening
})

/** Opens the stores of the groups, one after the other. */
export const open = async (server: Server, groups: ReadonlyArray<Group>): Promise<Stores> => {
  const children = new Map<PeerName, Child.Child>()
  const absent: Array<Absent> = []
  for (const peer of new Set(groups.flatMap(({ cells }) => cells.map(({ peer }) => peer)))) {
    const child = Child.start(peer)
    try {
      await child.prepare(await opener(server, { peer, database: shared }))
      children.set(peer, child)
    } catch (error) {
      child.stop()
      absent.push({ peer, label: entryOf(peer).label, reason: error instanceof Error ? error.message : String(error) })
    }
  }
  return {
    names: [...children.keys()],
    absent,
    of: (peer) => {
      const child = children.get(peer)
      if (child !== undefined && !child.hasEnded()) return child
      const another = Child.start(peer)
      children.set(peer, another)
      return another
    },
    release: async (cells) => {
      for (const cell of cells.filter(({ database }) => database !== shared && database !== "")) {
        // A store that cannot be closed takes its connections with it when its process ends.
        await children.get(cell.peer)?.close(await opener(server, cell)).catch(() => {})
      }
    },
    stop: () => {
      for (const child of children.values()) child.stop()
    }
  }
}
