/** The stores that are measured, by name; a module is loaded only if its store is. */
import type { Peer } from "./Peer.ts"

/** A store: its label, the package whose version is shown, and the path of its module. */
interface Entry {
  readonly label: string
  /** The npm package; undefined for this repository's own. */
  readonly npm: string | undefined
  readonly load: () => Promise<Peer>
  readonly isServer: boolean
}

const server = (label: string, npm: string | undefined, load: Entry["load"]): Entry => ({
  label,
  npm,
  load,
  isServer: true
})
const memory = (label: string, npm: string | undefined, load: Entry["load"]): Entry => ({
  label,
  npm,
  load,
  isServer: false
})

/** All of them; those on a server first. */
export const peers = {
  refold: server("Refold", undefined, async () => (await import("./peers/Refold.ts")).peer),
  raw: server("raw pg", "pg", async () => (await import("./peers/RawPg.ts")).peer),
  castore: server(
    "castore",
    "@castore/event-storage-adapter-postgres",
    async () => (await import("./peers/Castore.ts")).peer
  ),
  emmett: server(
    "emmett",
    "@event-driven-io/emmett-postgresql",
    async () => (await import("./peers/Emmett.ts")).peer
  ),
  act: server("act-pg", "@rotorsoft/act-pg", async () => (await import("./peers/ActPg.ts")).peer),
  dcb: server("dcb-es", "@dcb-es/event-store-postgres", async () => (await import("./peers/DcbEs.ts")).peer),
  messagedb: server("Message DB", "@eventide/message-db", async () => (await import("./peers/MessageDb.ts")).peer),
  "refold-memory": memory("Refold in memory", undefined, async () => (await import("./peers/Refold.ts")).memory),
  "castore-memory": memory(
    "castore in memory",
    "@castore/event-storage-adapter-in-memory",
    async () => (await import("./peers/Castore.ts")).memory
  ),
  "emmett-memory": memory(
    "emmett in memory",
    "@event-driven-io/emmett",
    async () => (await import("./peers/Emmett.ts")).memory
  )
} as const satisfies Readonly<Record<string, Entry>>

/** The name of a store. */
export type PeerName = keyof typeof peers

/** An entry of the table. */
export const entryOf = (name: PeerName): Entry => peers[name]

/** The stores on a server. */
export const onServer = (Object.keys(peers) as ReadonlyArray<PeerName>).filter((name) => entryOf(name).isServer)

/** Those in memory. */
export const inMemory = (Object.keys(peers) as ReadonlyArray<PeerName>).filter((name) => !entryOf(name).isServer)
