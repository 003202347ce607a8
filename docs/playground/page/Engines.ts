/** The engines by name. Their code is loaded when it is asked for, once; each run has a worker of its own. */
import type { Part } from "./Dom.ts"

/** The name of an engine. */
export type Engine = keyof typeof engines

/** An engine that is loaded. */
export interface Loaded {
  /** Starts a worker, without the network. */
  readonly start: () => Worker
  /** Takes what is kept of a run when it has ended, and undefined when the next one begins. */
  readonly keep?: ((kept: Blob | undefined) => void) | undefined
}

const engines = {
  memory: async (): Promise<Loaded> => {
    const { default: Memory } = await import("../engines/Memory.ts?worker&inline")
    return { start: () => new Memory() }
  },
  postgres: async (part: Part): Promise<Loaded> => (await import("./Postgres.ts")).load(part)
}

/** Loads an engine for a playground with these parts. */
export const load = (engine: Engine, part: Part): Promise<Loaded> => engines[engine](part)
