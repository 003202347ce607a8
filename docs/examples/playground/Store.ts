/** The store: in memory. */
import { MemoryStore } from "refold"

export const store = MemoryStore.layer
