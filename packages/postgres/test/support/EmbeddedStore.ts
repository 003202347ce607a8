/*
 * The adapter on the embedded database, for tests that do not test its start: it starts on a copy of a database that
 * was initialised once, which takes a third of the time.
 */
import { PGlite } from "@electric-sql/pglite"
import * as EmbeddedClient from "@refold/postgres/internal/embedded/EmbeddedClient"
import * as PostgresStore from "@refold/postgres/PostgresStore"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { execFileSync } from "node:child_process"
import * as Fs from "node:fs"
import { createRequire } from "node:module"
import * as Path from "node:path"
import { fileURLToPath } from "node:url"

/** Like `PostgresStore.layerEmbedded` without a folder. */
export const layer = (options: PostgresStore.StoreOptions = {}) =>
  Layer.provideMerge(PostgresStore.layerClient({ ...options, notify: false }), EmbeddedClient.layer(open))

const open = Effect.acquireRelease(
  Effect.promise(async () => PGlite.create({ loadDataDir: new Blob([await initialised()]) })),
  (db) => Effect.promise(() => db.close())
)

/** Copies an initialised database into an empty folder, for tests that do not test the initialisation. */
export const fill = async (folder: string): Promise<void> => {
  await ensure()
  // Piped, because tar warns that it removes the leading slash of names in the file.
  execFileSync("tar", ["-xf", file, "-C", folder, "--no-same-owner"], { stdio: "pipe" })
}

/** The data folder of an initialised database, as a tar file. */
const initialised = async (): Promise<Buffer<ArrayBuffer>> => {
  await ensure()
  return Fs.promises.readFile(file)
}

// Packages are tested at the same time, and initialising takes seconds: one process does it, and the others wait. They wait
// for a minute if that process was killed.
const ensure = async (): Promise<void> => {
  const began = Date.now()
  while (!Fs.existsSync(file)) {
    if (claims() || Date.now() - began > 60_000) await initialise().finally(() => Fs.rmSync(claim, { force: true }))
    else await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

const claims = (): boolean => {
  Fs.mkdirSync(Path.dirname(file), { recursive: true })
  try {
    Fs.writeFileSync(claim, "", { flag: "wx" })
    return true
  } catch {
    return false
  }
}

const initialise = async (): Promise<void> => {
  const db = await PGlite.create()
  const data = Buffer.from(await (await db.dumpDataDir("none")).arrayBuffer())
  await db.close()
  // Renamed when it is complete, because another process may read it at the same time.
  const scratch = `${file}.${process.pid}`
  Fs.writeFileSync(scratch, data)
  Fs.renameSync(scratch, file)
}

const { version }: { version: string } = JSON.parse(
  Fs.readFileSync(
    Path.join(createRequire(import.meta.url).resolve("@electric-sql/pglite"), "../../package.json"),
    "utf8"
  )
)

const file = fileURLToPath(new URL(`../../../../node_modules/.cache/pglite/${version}.tar`, import.meta.url))

const claim = `${file}.claim`
