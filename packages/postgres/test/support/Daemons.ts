/*
 * Processes that run a projection (see daemon.ts), for tests that kill, suspend and resume them.
 */
import * as Effect from "effect/Effect"
import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"
import * as Following from "./Following.ts"
import type * as Stores from "./Stores.ts"
import type * as Tally from "./Tally.ts"

/** The projection of a daemon, and how it runs. */
export interface DaemonOptions extends Tally.Options {
  /** Hangs in a batch (of 50 events) with an event after this position. */
  readonly hangsAfter?: number
  /** The number of partitions that it works on at a time; 1 by default. */
  readonly workers?: number
  /** The idle timeout of the owner; an hour by default, so that only the end of the process ends its ownership. */
  readonly ownerIdleTimeout?: `${number} seconds`
  /** Rebuilds the projection once, instead of running it. */
  readonly rebuild?: boolean
}

/** The argument of the script. */
export interface Input extends DaemonOptions {
  readonly url: string
  readonly applicationName: string
}

/** A process that runs a projection. */
export interface Daemon {
  readonly applicationName: string
  readonly isRunning: () => boolean
  /** Kills it without warning, and waits until it has ended. */
  readonly kill: Effect.Effect<void>
  readonly suspend: Effect.Effect<void>
  readonly resume: Effect.Effect<void>
  /** Waits until it ends by itself, and returns its output. */
  readonly ended: Effect.Effect<string>
}

const script = fileURLToPath(new URL("daemon.ts", import.meta.url))

let started = 0

/** Starts a daemon on a store; it is killed when the scope closes. */
export const start = ({ url }: Pick<Stores.Opened, "url">, options: DaemonOptions = {}) =>
  Effect.acquireRelease(Effect.sync(() => launch(url, options)), ({ kill }) => kill)

const launch = (url: string, options: DaemonOptions): Daemon => {
  const applicationName = `daemon ${++started}`
  // The daemon ends when its standard input does, and that ends with this process.
  const input: Input = { ...options, applicationName, url }
  const child = spawn(process.execPath, [script, JSON.stringify(input)], { stdio: ["pipe", "pipe", "inherit"] })
  let output = ""
  child.stdout.on("data", (data: Buffer) => output += data.toString())
  const closed = new Promise<string>((resolve, reject) => {
    child.once("error", reject)
    child.once("close", () => resolve(output))
  })
  const signal = (name: NodeJS.Signals) => Effect.sync(() => void child.kill(name))
  const ended = Effect.promise(() => closed)
  return {
    applicationName,
    isRunning: () => child.exitCode === null && child.signalCode === null,
    kill: Effect.asVoid(Effect.andThen(signal("SIGKILL"), ended)),
    suspend: signal("SIGSTOP"),
    resume: signal("SIGCONT"),
    ended
  }
}

/** Waits until one of a daemon's sessions has this state or wait event. */
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
