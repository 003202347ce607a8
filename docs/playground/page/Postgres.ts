/** The page's side of PostgreSQL: its files, and workers that start from a database which was prepared once. */
import initdb from "@electric-sql/pglite/initdb.wasm?url"
import data from "@electric-sql/pglite/pglite.data?url"
import pglite from "@electric-sql/pglite/pglite.wasm?url"
import Worker from "../engines/Postgres.ts?worker&inline"
import type { Prepared } from "../postgres/Database.ts"
import type { FromDatabase, ToDatabase } from "../postgres/Protocol.ts"

const send = (worker: Worker, message: ToDatabase): void => worker.postMessage(message)

/** Prepares a database; each call of the result starts a worker with a copy of it. Rejects where files cannot be loaded. */
export const load = async (): Promise<() => Worker> => {
  const prepared = await prepare()
  return () => {
    const worker = new Worker()
    send(worker, { _tag: "Open", prepared })
    return worker
  }
}

// In a worker of its own, whose memory is free again afterwards.
const prepare = (): Promise<Prepared> => {
  const worker = new Worker()
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
