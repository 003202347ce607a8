/* Runs the built command as a process of its own, as a shell does. */
import { type ChildProcess, spawn } from "node:child_process"
import { fileURLToPath } from "node:url"

/** The built entry. */
export const bin = fileURLToPath(new URL("../../dist/internal/bin.js", import.meta.url))

/** The folder of the config of these tests. */
export const shop = fileURLToPath(new URL("shop", import.meta.url))

/** The output of a process, and its exit code. */
export interface Ended {
  readonly out: string
  readonly err: string
  readonly code: number | null
}

interface Options {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string
}

/** Starts the command; stdin is not a terminal. */
export const start = (args: ReadonlyArray<string>, { cwd = "/", env = {} }: Options = {}): ChildProcess => {
  const { DATABASE_URL: _, NODE_OPTIONS: __, NO_COLOR: ___, REFOLD_URL: ____, ...own } = process.env
  return spawn(process.execPath, [bin, ...args], { cwd, env: { ...own, ...env }, stdio: "pipe" })
}

/** Waits for the end of a process. */
export const ended = (child: ChildProcess): Promise<Ended> => {
  const texts = { out: "", err: "" }
  child.stdout?.on("data", (data) => void (texts.out += String(data)))
  child.stderr?.on("data", (data) => void (texts.err += String(data)))
  return new Promise((resolve) => child.on("close", (code) => resolve({ ...texts, code })))
}

/** Runs the command to its end. */
export const run = (args: ReadonlyArray<string>, options: Options = {}): Promise<Ended> => {
  const child = start(args, options)
  child.stdin?.end(options.input ?? "")
  return ended(child)
}

/** The records of NDJSON. */
export const records = ({ out }: Pick<Ended, "out">): ReadonlyArray<Record<string, unknown>> =>
  out.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line))

/** The same output in every run: times, ids, ages and rates are replaced. */
export const masked = (text: string): string =>
  text.replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, "2026-01-01T00:00:00.000Z")
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "00000000-0000-7000-8000-000000000000")
    .replaceAll(/"(lagSeconds|rate)":[\d.]+/g, "\"$1\":0")
