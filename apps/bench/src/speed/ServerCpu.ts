/** The processor time of a PostgreSQL server on this machine, from Linux's /proc. */
import * as Fs from "node:fs"

// The unit of /proc, which is the same on all machines that Node runs on.
const microsOfTick = 10_000

/** Reads the microseconds that the server with this backend has taken; undefined if it cannot be read. */
export const reader = (backend: number): () => number | undefined => {
  const stat = statOf(String(backend))
  // A server elsewhere has a process of that number, too.
  const postmaster = stat?.name === "postgres" ? stat.parent : undefined
  return () => postmaster === undefined ? undefined : total(postmaster)
}

const total = (postmaster: number): number | undefined => {
  const own = statOf(String(postmaster))
  if (own === undefined) return undefined
  const children = Fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name)).map(statOf)
    .filter((stat) => stat?.parent === postmaster)
  // The postmaster includes the time of backends that have ended.
  return (own.ended + children.reduce((sum, stat) => sum + (stat?.ticks ?? 0), 0)) * microsOfTick
}

const statOf = (pid: string) => {
  try {
    // The name of the program is in parentheses and may hold anything.
    const [, name = "", rest = ""] = /^\d+ \((.*)\) (.*)$/s.exec(Fs.readFileSync(`/proc/${pid}/stat`, "utf8")) ?? []
    const fields = rest.split(" ").map(Number)
    const [parent = 0, user = 0, system = 0, endedUser = 0, endedSystem = 0] = [1, 11, 12, 13, 14].map((at) =>
      fields[at]
    )
    return { name, parent, ticks: user + system, ended: endedUser + endedSystem }
  } catch {
    // Not this system, or a process that has just ended.
    return undefined
  }
}
