/** The store: PostgreSQL in this process, in the folder that the program is given, or else memory. */
import { PostgresStore } from "@refold/postgres"
import { MemoryStore } from "refold"

const folder = process.argv[2]

export const store = folder === undefined ? MemoryStore.layer : PostgresStore.layerEmbedded({ dataDir: folder })
