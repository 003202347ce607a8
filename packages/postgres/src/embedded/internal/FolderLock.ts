/*
 * Keeps a database folder to one owner. PGlite itself takes no lock, and two of them on one folder lose each
 * other's rows without an error.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Fs from "node:fs"
import * as Path from "node:path"

/** The name of the lock file inside the folder; it holds the owner's process id. */
export const lockFile = "refold.lock"

// A lock that names this very process is in use only if this process took it: process ids come back after a crash.
const held = new Set<string>()

/**
 * Locks `folder` for the scope and succeeds with `undefined`, or leaves it alone and succeeds with the id of the
 * process that has it. The lock of a process that no longer runs is taken over. Fails with the file system's error.
 */
export const acquire = (folder: string): Effect.Effect<number | undefined, unknown, Scope.Scope> => {
  const path = Path.join(folder, lockFile)
  return Effect.acquireRelease(
    Effect.try({ try: () => take(path), catch: (error) => error }),
    (owner) => Effect.sync(() => owner === undefined && drop(path))
  )
}

const take = (path: string): number | undefined => {
  const owner = ownerOf(path)
  if (owner !== undefined) return owner
  Fs.rmSync(path, { force: true })
  // "wx" fails when another process took the lock since.
  Fs.writeFileSync(path, String(process.pid), { flag: "wx" })
  held.add(path)
  return undefined
}

const drop = (path: string): void => {
  held.delete(path)
  Fs.rmSync(path, { force: true })
}

const ownerOf = (path: string): number | undefined => {
  if (!Fs.existsSync(path)) return undefined
  const pid = Number(Fs.readFileSync(path, "utf8"))
  if (pid === process.pid) return held.has(path) ? pid : undefined
  return Number.isInteger(pid) && pid > 0 && isRunning(pid) ? pid : undefined
}

const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    // EPERM: it runs, as another user.
    return error instanceof Error && "code" in error && error.code === "EPERM"
  }
}
