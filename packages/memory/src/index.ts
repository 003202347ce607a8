/** The in-memory adapter of Refold. */
export * as MemoryStore from "./MemoryStore.ts"
