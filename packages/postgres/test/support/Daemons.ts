/*
 * Processes that run a projection (see daemon.ts), to be killed, suspended and thawed by their ids.
 */
import * as Effect from "effect/Effect"
import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"
import * as Following from "./Following.ts"
import type * as Stores from "./Stores.ts"
import type * as Tally from "./Tally.ts"

/** What a daemon runs and how. */
export interface DaemonOptions extends Tally.Options {
  /** Comes to no end with a batch (of 50 events) that goes beyond this position. */
  readonly hangsAfter?: number
  /** The number of partitions that it works on at a time; 1 by default. */
  readonly workers?: number
  /** An owner that sends nothing for so long loses the projection; an hour by default, so that only its death counts. */
  readonly ownerIdleTimeout?: `${number} seconds`
  /** Rebuilds the projection once, instead of running it. */
  readonly rebuild?: boolean
}

/** What the script is told. */
export interface Started extends DaemonOptions {
  readonly url: string
  readonly applicationName: string
}

/** A process that runs a projection. */
export interface Daemon {
  readonly applicationName: string
  readonly isRunning: () => boolean
  /** Kills it without warning; done when it is gone. */
  readonly kill: Effect.Effect<void>
  readonly suspend: Effect.Effect<void>
  readonly thaw: Effect.Effect<void>
  /** Waits until it ends by itself, and gives what it said. */
  readonly ended: Effect.Effect<string>
}

const script = fileURLToPath(new URL("daemon.ts", import.meta.url))

let started = 0

/** Starts a daemon on a store; it is killed when the scope closes. */
export const start = ({ url }: Pick<Stores.Opened, "url">, options: DaemonOptions = {}) =>
  Effect.acquireRelease(Effect.sync(() => launch(url, options)), ({ kill }) => kill)

const launch = (url: string, options: DaemonOptions): Daemon => {
  const applicationName = `daemon ${++started}`
  // Its input ends with this process, and so does it.
  const told: Started = { ...options, applicationName, url }
  const child = spawn(process.execPath, [script, JSON.stringify(told)], { stdio: ["pipe", "pipe", "inherit"] })
  let said = ""
  child.stdout.on("data", (data: Buffer) => said += data.toString())
  const closed = new Promise<string>((resolve, reject) => {
    child.once("error", reject)
    child.once("close", () => resolve(said))
  })
  const signal = (name: NodeJS.Signals) => Effect.sync(() => void child.kill(name))
  const ended = Effect.promise(() => closed)
  return {
    applicationName,
    isRunning: () => child.exitCode === null && child.signalCode === null,
    kill: Effect.asVoid(Effect.andThen(signal("SIGKILL"), ended)),
    suspend: signal("SIGSTOP"),
    thaw: signal("SIGCONT"),
    ended
  }
}

/** Waits until one of a daemon's sessions is in this state, or waits for this. */
export const untilSession = (
  sql: Stores.Opened["sql"],
  { applicationName }: Daemon,
  is: "idle" | "idle in transaction" | "ClientWrite"
) =>
  Following.until(Effect.map(
    sql`select from pg_stat_activity where datname = current_database() and application_name = ${applicationName}
      and ${is} in (state, wait_event)`,
    (rows) => rows.length > 0
  ))
