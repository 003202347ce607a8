/** The machine and time of a measurement, which its figures depend on. */
import * as Os from "node:os"

/** What it was measured on. */
export interface Machine {
  readonly date: string
  readonly node: string
  readonly cpus: string
}

/** Looks now. */
export const look = (): Machine => {
  const cpus = Os.cpus()
  return {
    date: new Date().toISOString().slice(0, 10),
    node: process.versions.node,
    cpus: `${cpus.length} × ${cpus[0]?.model.trim() ?? "unknown"}, ${Os.platform()} ${Os.arch()}`
  }
}

/** How many processes wanted to run, on average over the last minute. */
export const load = (): number => Math.round((Os.loadavg()[0] ?? 0) * 10) / 10
