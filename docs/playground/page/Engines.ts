/** The engines by name. Their code is loaded when it is asked for; each run has a worker of its own. */
import * as Fetched from "./Fetched.ts"
import type { Loaded } from "./Frame.ts"

/** The name of an engine. */
export type Engine = keyof typeof engines

// One file, with all that it imports. A development server does not make it: playgrounds run in built pages only.
const engines = {
  memory: async (): Promise<Loaded> => {
    const { default: url } = await import("../engines/Memory.ts?worker&url")
    const code = await Fetched.get(url)
    return { code: await code.text(), assets: {} }
  },
  postgres: async (): Promise<Loaded> => (await import("./Postgres.ts")).load()
}

/** Loads an engine: all that runs need, so that they need no network. */
export const load = (engine: Engine): Promise<Loaded> => engines[engine]()
