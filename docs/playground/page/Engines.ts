/** The engines by name. Their code is loaded when it is asked for, once; each run has a worker of its own. */

/** The name of an engine. */
export type Engine = keyof typeof engines

const engines = {
  memory: async () => {
    const { default: Memory } = await import("../engines/Memory.ts?worker&inline")
    return () => new Memory()
  }
}

/** Loads an engine. Each call of the result starts a worker, without the network. */
export const load = (engine: Engine): Promise<() => Worker> => engines[engine]()
