/** The PostgreSQL that is measured on: one of its own, or that of DATABASE_URL; and a database for each store. */
import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"
import { Client } from "pg"
import * as ServerCpu from "./ServerCpu.ts"

/** A server. */
export interface Server {
  readonly version: string
  /** The settings that figures depend on most. */
  readonly settings: Readonly<Record<string, string>>
  readonly source: string
  /** The url of an empty database of this name; the same database for the same name. */
  readonly database: (name: string) => Promise<string>
  /** The processor time that it has used, in microseconds, if it can be read. */
  readonly cpuMicros: () => number | undefined
  /** Drops the databases; stops a server of its own. */
  readonly stop: () => Promise<void>
}

const settings = [
  ..."fsync synchronous_commit full_page_writes wal_sync_method shared_buffers max_wal_size".split(" "),
  ..."wal_buffers commit_delay max_connections jit".split(" ")
]

/** Uses the server at `url`, or starts one from the binaries of the tests. */
export const start = async (url: string | undefined): Promise<Server> => {
  const own = url === undefined || url === "" ? await launch() : undefined
  const root = own?.url ?? url!
  const admin = new Client({ connectionString: root })
  await admin.connect()
  const databases = makeDatabases(admin, root)
  return {
    ...await describe(admin),
    source: own === undefined ? "the server of DATABASE_URL" : "a server of its own, on loopback",
    database: databases.get,
    stop: async () => {
      if (own === undefined) await databases.drop()
      await admin.end()
      await own?.stop()
    }
  }
}

const describe = async (admin: Client): Promise<Pick<Server, "cpuMicros" | "settings" | "version">> => {
  const { rows: [found] } = await admin.query<{ version: string; pid: number }>(
    "SELECT current_setting('server_version') AS version, pg_backend_pid() AS pid"
  )
  const { rows } = await admin.query<{ name: string; value: string }>(
    "SELECT name, current_setting(name) AS value FROM pg_settings WHERE name = ANY($1) ORDER BY array_position($1, name)",
    [settings]
  )
  return {
    // One row.
    version: found!.version,
    cpuMicros: ServerCpu.reader(found!.pid),
    settings: Object.fromEntries(rows.map(({ name, value }) => [name, value]))
  }
}

/** Databases that are created when they are first used. */
const makeDatabases = (admin: Client, root: string) => {
  const created = new Map<string, Promise<string>>()
  const prefix = `bench_${process.pid}`
  const create = async (name: string): Promise<string> => {
    await admin.query(`CREATE DATABASE "${prefix}_${name}" TEMPLATE template0`)
    const url = new URL(root)
    url.pathname = `/${prefix}_${name}`
    return url.href
  }
  return {
    get: (name: string): Promise<string> => {
      const creating = created.get(name) ?? create(name)
      created.set(name, creating)
      return creating
    },
    drop: async (): Promise<void> => {
      for (const name of created.keys()) await admin.query(`DROP DATABASE "${prefix}_${name}" WITH (FORCE)`)
    }
  }
}

const launch = async () => {
  // The same folder from the sources and from what is compiled.
  const script = fileURLToPath(new URL("../../../../scripts/postgres-server.ts", import.meta.url))
  const server = spawn(process.execPath, [script], { stdio: ["pipe", "pipe", "inherit"], detached: true })
  const ended = new Promise<void>((resolve) => server.once("exit", () => resolve()))
  const url = await Promise.race([
    new Promise<string>((resolve) => server.stdout.once("data", (chunk: Buffer) => resolve(chunk.toString().trim()))),
    ended.then((): never => {
      throw new Error("no PostgreSQL could be started: install its binaries, or set DATABASE_URL")
    })
  ])
  return {
    url,
    stop: async () => {
      server.stdin.end()
      await ended
    }
  }
}
