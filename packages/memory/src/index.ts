/** Refold in memory. */
export * as MemoryStore from "./MemoryStore.ts"
