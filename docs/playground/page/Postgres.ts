/** The page's side of PostgreSQL: PGlite's files, and an empty store that is made once, from which each run starts. */
import initdb from "@electric-sql/pglite/initdb.wasm?url"
import data from "@electric-sql/pglite/pglite.data?url"
import pglite from "@electric-sql/pglite/pglite.wasm?url"
import type { Ended } from "../Protocol.ts"
import * as Fetched from "./Fetched.ts"
import * as Frame from "./Frame.ts"
import * as Session from "./Session.ts"
import * as SqlConsole from "./SqlConsole.ts"

/** Loads PostgreSQL, once for all playgrounds of a page. Rejects where a file cannot be loaded. */
export const load = (): Promise<Frame.Loaded> =>
  loading ??= prepare().catch((error: unknown) => {
    loading = undefined
    throw error
  })

let loading: Promise<Frame.Loaded> | undefined

const prepare = async (): Promise<Frame.Loaded> => {
  const { default: url } = await import("../engines/Postgres.ts?worker&url")
  const [code, ...files] = await Promise.all([
    Fetched.get(url).then((response) => response.text()),
    ...[pglite, initdb, data].map(async (file) => (await Fetched.get(file)).arrayBuffer())
  ])
  const assets = { pglite: files[0]!, initdb: files[1]!, data: files[2]! }
  const { kept, problem } = await runNothing({ code, assets })
  if (kept === undefined) throw new Error(problem?.message ?? "PostgreSQL did not start.")
  return { code, assets: { ...assets, store: kept }, keep: SqlConsole.make }
}

// What is kept of a run that starts without a store is an empty one.
const runNothing = (engine: Frame.Loaded): Promise<Ended> =>
  new Promise((ended) => {
    const program = { files: [{ name: "main.ts", text: "" }], entry: "main.ts" }
    const nothing = (): void => {}
    Session.start(Frame.open(document.body, engine), program, 60, { started: nothing, printed: nothing, ended })
  })
