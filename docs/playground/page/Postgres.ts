/** The page's side of PostgreSQL: its files, and workers that start from a database which was prepared once. */
import initdb from "@electric-sql/pglite/initdb.wasm?url"
import data from "@electric-sql/pglite/pglite.data?url"
import pglite from "@electric-sql/pglite/pglite.wasm?url"
import PostgresWorker from "../engines/Postgres.ts?worker&inline"
import type { Prepared } from "../postgres/Database.ts"
import type { FromDatabase, ToDatabase } from "../postgres/Protocol.ts"
import type { Part } from "./Dom.ts"
import type { Loaded } from "./Engines.ts"
import * as SqlConsole from "./SqlConsole.ts"

/** Prepares a database, of which each worker has a copy. Rejects where a file cannot be loaded. */
export const load = async (part: Part): Promise<Loaded> => {
  // One for all playgrounds of a page; again where it failed.
  preparing ??= prepare()
  const prepared = await preparing.catch((error: unknown) => {
    preparing = undefined
    throw error
  })
  const open = (migrated: Blob): Worker => {
    const worker = new PostgresWorker()
    send(worker, { _tag: "Open", prepared: { ...prepared, migrated } })
    return worker
  }
  return { start: () => open(prepared.migrated), keep: SqlConsole.make(part, open) }
}

const send = (worker: Worker, message: ToDatabase): void => worker.postMessage(message)

let preparing: Promise<Prepared> | undefined

// In a worker of its own, whose memory is free again afterwards.
const prepare = (): Promise<Prepared> => {
  const worker = new PostgresWorker()
  const prepared = new Promise<Prepared>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<FromDatabase>) => {
      if (data._tag === "Prepared") resolve(data.prepared)
      if (data._tag === "Failed") reject(new Error(data.message))
    }
    worker.onerror = ({ message }) => reject(new Error(message))
  })
  send(worker, { _tag: "Prepare", files: { pglite: absolute(pglite), initdb: absolute(initdb), data: absolute(data) } })
  return prepared.finally(() => worker.terminate())
}

const absolute = (path: string): string => new URL(path, location.href).href
