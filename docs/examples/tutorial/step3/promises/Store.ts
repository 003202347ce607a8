/** The store: PostgreSQL in this process, in the folder that the program is given, or else memory. */
import { openEmbedded } from "@refold/postgres/promise"
import { openMemory, type Store } from "refold/promise"

const folder = process.argv[2]

export const store: Store = await (folder === undefined ? openMemory() : openEmbedded({ dataDir: folder }))
