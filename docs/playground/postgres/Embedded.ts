/*
 * Takes the place of `@refold/postgres/embedded/Embedded` in the page, where there are no folders: each layer has a
 * database of its own, in memory. It stays open after the layer, so that the page can keep it and query it.
 */
import type { PGlite } from "@electric-sql/pglite"
import * as EmbeddedClient from "@refold/postgres/internal/embedded/EmbeddedClient"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Database from "./Database.ts"

/** As in Node, with the reasons that can occur here: there are no folders, or PGlite did not start. */
export class EmbeddedUnavailable extends Data.TaggedError("EmbeddedUnavailable")<{
  readonly reason: "FolderUnusable" | "StartFailed"
  readonly message: string
  readonly cause?: unknown
}> {}

let origin: Database.Origin | undefined
let unused: PGlite | undefined
let latest: PGlite | undefined

/** Starts the database of the first layer; those of others start when they are built. */
export const use = async (start: Database.Origin): Promise<void> => {
  origin = start
  unused = latest = await Database.open(start)
}

/** The database of the last layer. Throws before `use`. */
export const last = (): PGlite => {
  if (latest === undefined) throw new Error("no database is open")
  return latest
}

const open = Effect.tryPromise({
  try: async () => {
    if (origin === undefined) throw new Error("PGlite's files are not loaded")
    latest = unused ?? await Database.open(origin)
    unused = undefined
    return latest
  },
  catch: (cause) =>
    new EmbeddedUnavailable({ reason: "StartFailed", message: "PostgreSQL did not start in the page.", cause })
})

/** As the layer of Node's module, in memory only. */
export const layer = ({ dataDir }: { readonly dataDir?: string } = {}) =>
  EmbeddedClient.layer(dataDir === undefined ? open : noFolder)

const noFolder = Effect.fail(
  new EmbeddedUnavailable({ reason: "FolderUnusable", message: "There are no folders in the page: leave dataDir out." })
)
