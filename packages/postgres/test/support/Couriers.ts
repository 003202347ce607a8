/*
 * Programs that run a consumer (see courier.ts), whose effect is a line in a file: to be killed and suspended. The lines show what
 * was delivered, in which order and under which keys.
 */
import * as EventCodec from "@refold/core/event/EventCodec"
import * as EventType from "@refold/core/event/EventType"
import * as Consumer from "@refold/store/consume/Consumer"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { spawn } from "node:child_process"
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import type * as Stores from "./Stores.ts"

/** How a courier runs. */
export interface CourierOptions {
  /** Comes to no end after the effect of the event at this position. */
  readonly hangsAt?: number
  /** The number of partitions that it works on at a time; 1 by default. */
  readonly workers?: number
  /** An owner that sends nothing for so long loses the consumer; an hour by default. */
  readonly ownerIdleTimeout?: `${number} seconds`
}

/** What the script is given. */
export interface Started extends CourierOptions {
  readonly url: string
  readonly file: string
}

/** A delivered event. */
export interface Line {
  readonly key: string
  readonly stream: string
  readonly version: number
  readonly position: number
}

/** The consumer of a courier. */
export const consumer = (file: string, hangsAt?: number) =>
  Consumer.makeUnsafe({
    name: "courier",
    events: EventCodec.makeUnsafe([EventType.make("Ticked", Schema.Struct({ n: Schema.Int }))]),
    startAt: "start",
    timeout: "1 hour",
    handle: (_, { key, position, stream, version }) =>
      Effect.andThen(
        Effect.sync(() => appendFileSync(file, `${JSON.stringify({ key, position, stream, version })}\n`)),
        position === hangsAt ? Effect.never : Effect.sleep(1)
      )
  })

const script = fileURLToPath(new URL("courier.ts", import.meta.url))

/** An empty file for deliveries, which is deleted when the scope closes. */
export const letters = Effect.map(
  Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "couriers-"))),
    (folder) => Effect.sync(() => rmSync(folder, { recursive: true }))
  ),
  (folder) => join(folder, "letters")
)

/** What is in the file; a line that is cut is not. */
export const read = (file: string): ReadonlyArray<Line> => {
  try {
    return readFileSync(file, "utf8").split("\n").slice(0, -1).map((line) => JSON.parse(line) as Line)
  } catch {
    return []
  }
}

/** Starts a courier; it is killed when the scope closes. */
export const start = ({ url }: Pick<Stores.Opened, "url">, file: string, options: CourierOptions = {}) =>
  Effect.acquireRelease(Effect.sync(() => launch({ ...options, url, file })), ({ kill }) => kill)

const launch = (started: Started) => {
  // Its input ends with this process, and so does it.
  const child = spawn(process.execPath, [script, JSON.stringify(started)], { stdio: ["pipe", "inherit", "inherit"] })
  const closed = new Promise<void>((resolve, reject) => {
    child.once("error", reject)
    child.once("close", () => resolve())
  })
  const signal = (name: NodeJS.Signals) => Effect.sync(() => void child.kill(name))
  const ended = Effect.promise(() => closed)
  return {
    kill: Effect.andThen(signal("SIGKILL"), ended),
    /** Asks it to end, and waits until it has. */
    stop: Effect.andThen(signal("SIGTERM"), ended),
    suspend: signal("SIGSTOP"),
    thaw: signal("SIGCONT")
  }
}

/** What of these events is missing, out of order in its stream, or was delivered under two keys; and how many came again. */
export const check = (lines: ReadonlyArray<Line>, positions: ReadonlyArray<number>) => {
  const keys = new Map<number, string>()
  const versions = new Map<string, number>()
  const wrong: Array<Line> = []
  for (const line of lines) {
    const key = keys.get(line.position)
    if (key === undefined) {
      // The first delivery of an event comes after that of the one before it.
      if (line.version !== (versions.get(line.stream) ?? 0) + 1) wrong.push(line)
      versions.set(line.stream, line.version)
      keys.set(line.position, line.key)
    } else if (key !== line.key) wrong.push(line)
  }
  return {
    missing: positions.filter((position) => !keys.has(position)),
    wrong,
    shared: keys.size - new Set(keys.values()).size,
    again: lines.length - keys.size
  }
}
