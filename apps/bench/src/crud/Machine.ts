/** The machine and time of a measurement, which its figures depend on. */
import * as Os from "node:os"

/** The machine. */
export interface Machine {
  readonly date: string
  readonly node: string
  readonly cpus: string
}

/** Reads it now. */
export const look = (): Machine => {
  const cpus = Os.cpus()
  return {
    date: new Date().toISOString().slice(0, 10),
    node: process.versions.node,
    cpus: `${cpus.length} × ${cpus[0]?.model.trim() ?? "unknown"}, ${Os.platform()} ${Os.arch()}`
  }
}

/** The average number of runnable processes over the last minute. */
export const load = (): number => Math.round((Os.loadavg()[0] ?? 0) * 10) / 10
