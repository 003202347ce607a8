/*
 * Programs that run a consumer (see consumerProgram.ts), for tests that kill and suspend them. The effect of the consumer is a
 * line in a file: the lines show the delivered events, their order and their keys.
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

/** How a program runs. */
export interface Options {
  /** Hangs after the effect of the event at this position. */
  readonly hangsAt?: number
  /** The number of partitions that it works on at a time; 1 by default. */
  readonly workers?: number
  /** The idle timeout of the owner; an hour by default. */
  readonly ownerIdleTimeout?: `${number} seconds`
}

/** The argument of the script. */
export interface Input extends Options {
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

/** The consumer of the program. */
export const consumer = (file: string, hangsAt?: number) =>
  Consumer.makeUnsafe({
    name: "deliveries",
    events: EventCodec.makeUnsafe([EventType.make("Ticked", Schema.Struct({ n: Schema.Int }))]),
    startAt: "start",
    timeout: "1 hour",
    handle: (_, { key, position, stream, version }) =>
      Effect.andThen(
        Effect.sync(() => appendFileSync(file, `${JSON.stringify({ key, position, stream, version })}\n`)),
        position === hangsAt ? Effect.never : Effect.sleep(1)
      )
  })

const script = fileURLToPath(new URL("consumerProgram.ts", import.meta.url))

/** An empty file for deliveries, which is deleted when the scope closes. */
export const deliveries = Effect.map(
  Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "deliveries-"))),
    (folder) => Effect.sync(() => rmSync(folder, { recursive: true }))
  ),
  (folder) => join(folder, "deliveries")
)

/** The complete lines of the file. */
export const read = (file: string): ReadonlyArray<Line> => {
  try {
    return readFileSync(file, "utf8").split("\n").slice(0, -1).map((line) => JSON.parse(line) as Line)
  } catch {
    return []
  }
}

/** Starts a program; it is killed when the scope closes. */
export const start = ({ url }: Pick<Stores.Opened, "url">, file: string, options: Options = {}) =>
  Effect.acquireRelease(Effect.sync(() => launch({ ...options, url, file })), ({ kill }) => kill)

const launch = (input: Input) => {
  // The program ends when its standard input does, and that ends with this process.
  const child = spawn(process.execPath, [script, JSON.stringify(input)], { stdio: ["pipe", "inherit", "inherit"] })
  const closed = new Promise<void>((resolve, reject) => {
    child.once("error", reject)
    child.once("close", () => resolve())
  })
  const signal = (name: NodeJS.Signals) => Effect.sync(() => void child.kill(name))
  const ended = Effect.promise(() => closed)
  return {
    kill: Effect.andThen(signal("SIGKILL"), ended),
    /** Sends SIGTERM, and waits until it has ended. */
    stop: Effect.andThen(signal("SIGTERM"), ended),
    suspend: signal("SIGSTOP"),
    resume: signal("SIGCONT")
  }
}

/**
 * The events that are missing, out of order in their streams, or delivered under two keys; and the number of repeated
 * deliveries.
 */
export const check = (lines: ReadonlyArray<Line>, positions: ReadonlyArray<number>) => {
  const keys = new Map<number, string>()
  const versions = new Map<string, number>()
  const wrong: Array<Line> = []
  for (const line of lines) {
    const key = keys.get(line.position)
    if (key === undefined) {
      // The first deliveries of a stream's events are in order.
      if (line.version !== (versions.get(line.stream) ?? 0) + 1) wrong.push(line)
      versions.set(line.stream, line.version)
      keys.set(line.position, line.key)
    } else if (key !== line.key) wrong.push(line)
  }
  return {
    missing: positions.filter((position) => !keys.has(position)),
    wrong,
    shared: keys.size - new Set(keys.values()).size,
    repeated: lines.length - keys.size
  }
}
