/*
 * A PostgreSQL server from local binaries, with its data in a temporary folder and reachable on loopback only. It
 * ends with the test run, even if that is killed.
 */
import { type ChildProcess, execFile, spawn } from "node:child_process"
import * as Fs from "node:fs"
import * as Net from "node:net"
import * as Os from "node:os"
import * as Path from "node:path"
import { promisify } from "node:util"
import * as PostgresBinaries from "./PostgresBinaries.ts"

/** A running server and its operations. */
export interface LocalPostgres {
  readonly url: string
  /** Stops the server and removes its data. */
  readonly stop: () => Promise<void>
  /** Shuts the server down and starts it again on the same port. */
  readonly restart: () => Promise<void>
  /** Kills the server with SIGKILL and starts it again on the same port. */
  readonly crash: () => Promise<void>
  /** Shuts the server down, changes its data folder, and starts it again on the same port. */
  readonly whileStopped: (change: (data: string) => void) => Promise<void>
}

/** How a server starts. */
export interface StartOptions {
  /** Settings like `fsync=off`. */
  readonly settings?: ReadonlyArray<string>
  /** Fills the data folder instead of `initdb`. */
  readonly fill?: (data: string) => void
}

/** Initialises a data folder and starts a server of the given major version on it. */
export const start = async (version: string, options: StartOptions = {}): Promise<LocalPostgres> => {
  // As root not in TMPDIR, which may be private to root.
  const base = PostgresBinaries.user.uid === undefined ? Os.tmpdir() : "/tmp"
  const folder = Fs.mkdtempSync(Path.join(base, "refold-postgres-"))
  try {
    return await startIn(folder, PostgresBinaries.find(version, giveAway(folder)), options)
  } catch (error) {
    Fs.rmSync(folder, { recursive: true, force: true })
    throw error
  }
}

const giveAway = (folder: string): string => {
  const { gid, uid } = PostgresBinaries.user
  if (uid !== undefined && gid !== undefined) Fs.chownSync(folder, uid, gid)
  return folder
}

/** Copies a data folder, for the user that the server runs as. */
export const copyData = (from: string, to: string): void => {
  Fs.rmSync(to, { recursive: true, force: true })
  Fs.cpSync(from, to, { recursive: true, verbatimSymlinks: true })
  for (const path of [to, ...Fs.readdirSync(to, { recursive: true }).map((name) => Path.join(to, String(name)))]) {
    giveAway(path)
  }
  Fs.chmodSync(to, 0o700)
}

// A new segment is filled with zeros, and a copy of the data includes it: segments of 1 MB instead of 16 MB.
const initialisation = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "--wal-segsize=1"]

// initdb derives these from the size of a segment. These are the values for segments of 16 MB, so that checkpoints are as rare.
const walSizes = ["min_wal_size=80MB", "max_wal_size=1GB"]

const startIn = async (
  folder: string,
  bin: string,
  { fill, settings = [] }: StartOptions
): Promise<LocalPostgres> => {
  const data = Path.join(folder, "data")
  if (fill === undefined) {
    const options = ["-D", data, ...initialisation]
    await promisify(execFile)(Path.join(bin, "initdb"), options, { ...PostgresBinaries.user, cwd: folder })
  } else fill(data)
  const port = await freePort()
  const reaper = startReaper(folder)
  const launch = async (): Promise<ChildProcess> => {
    const server = await launchServer(bin, folder, port, settings)
    reaper.watch(server)
    return server
  }
  let server = await launch()
  const again = (signal: NodeJS.Signals) => async (): Promise<void> => {
    await end(server, signal)
    server = await launch()
  }
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    stop: async () => {
      await end(server, "SIGINT")
      await reaper.finish()
    },
    restart: again("SIGINT"),
    crash: again("SIGKILL"),
    whileStopped: async (change) => {
      await end(server, "SIGINT")
      change(data)
      server = await launch()
    }
  }
}

/** Starts the server and waits until it accepts connections. */
const launchServer = async (
  bin: string,
  folder: string,
  port: number,
  settings: ReadonlyArray<string>
): Promise<ChildProcess> => {
  const all = [
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "max_connections=200",
    ...walSizes,
    ...settings
  ]
  const options = ["-D", Path.join(folder, "data"), "-p", String(port), ...all.flatMap((set) => ["-c", set])]
  // After a crash the processes of the old server hold its shared memory for a moment, and the new server refuses to start.
  for (let attempt = 1;; attempt++) {
    const server = spawn(Path.join(bin, "postgres"), options, {
      ...PostgresBinaries.user,
      cwd: folder,
      detached: true,
      env: { ...process.env, LC_ALL: "C" },
      stdio: ["ignore", "ignore", "pipe"]
    })
    const failure = await ready(server)
    if (failure === undefined) return server
    if (attempt === 600) throw new Error(`PostgreSQL did not start: ${failure}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

/** Resolves when the server is ready, with what it printed if it ended instead. */
const ready = (server: ChildProcess): Promise<string | undefined> =>
  new Promise((resolve) => {
    let log = ""
    server.stderr?.on("data", (chunk: Buffer) => {
      log = (log + chunk.toString()).slice(-4_000)
      if (/ready to accept (read-only )?connections/.test(log)) resolve(undefined)
    })
    server.once("error", (error) => resolve(error.message))
    server.once("exit", () => resolve(log))
  })

const end = async (server: ChildProcess, signal: NodeJS.Signals): Promise<void> => {
  if (server.exitCode !== null || server.signalCode !== null) return
  await new Promise((resolve) => {
    server.once("exit", resolve)
    server.kill(signal)
  })
}

/**
 * A shell that continues after the test run: when its input closes, because the run finished or was killed, it stops the
 * last server whose pid it has received, and removes the folder.
 */
const startReaper = (folder: string) => {
  const script = `pid=; while read line; do pid=$line; done
    if [ -n "$pid" ]; then
      kill -INT "$pid" 2>/dev/null; i=0
      while kill -0 "$pid" 2>/dev/null && [ $i -lt 100 ]; do sleep 0.1; i=$((i + 1)); done
    fi
    rm -rf "$1"`
  const shell = spawn("sh", ["-c", script, "sh", folder], { detached: true, stdio: ["pipe", "ignore", "ignore"] })
  return {
    watch: (server: ChildProcess): void => void shell.stdin.write(`${server.pid}\n`),
    /** Removes the folder; the server has been stopped. */
    finish: (): Promise<void> =>
      new Promise((resolve) => {
        shell.once("exit", () => resolve())
        shell.stdin.end("\n")
      })
  }
}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = Net.createServer()
    probe.once("error", reject)
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0))
    })
  })
