/*
 * Locks a database folder for one owner: PGlite itself takes no lock, and two of them on one folder lose each other's
 * rows without an error. The owner increments a count in a lock file. A lock whose count does not change for some seconds is
 * stale and is taken over. A running process with the owner's id does not keep the lock: containers that share a folder use
 * the same process ids, and ids are reused. If the owner has certainly ended, the folder is free at once.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { randomUUID } from "node:crypto"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { setTimeout } from "node:timers/promises"
import * as LockBeat from "./LockBeat.ts"
import * as ProcessSpace from "./ProcessSpace.ts"

/** The name of the lock file inside the folder. Files whose names begin with it are temporary files of a take-over. */
export const lockFile = "refold.lock"

/** A lock is stale after this number of milliseconds without a new count. */
const staleAfter = 5 * LockBeat.every

/** The owner of a folder: a process, its host, and the time when it opened the folder. */
export interface Owner {
  readonly host: string
  readonly pid: number
  readonly since: string
}

/** A lock that this process holds. */
export interface Held {
  readonly _tag: "Held"
  /** Whether this process still owns the lock. False if it was suspended and another process took the folder over. */
  readonly isOwned: () => boolean
}

/** A lock that another owner holds; the owner is undefined if the file does not name one. */
export interface InUse {
  readonly _tag: "InUse"
  readonly owner: Owner | undefined
}

/**
 * Locks a folder for the scope, or returns its owner. Takes up to `staleAfter` if there is a lock already.
 * Fails with the file system's error.
 */
export const acquire = (folder: string): Effect.Effect<Held | InUse, unknown, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.tryPromise({ try: () => take(Path.join(folder, lockFile)), catch: (error) => error }),
    (lock) => Effect.promise(async () => lock._tag === "Held" ? lock.release() : undefined)
  )

type Taken = Held & { readonly release: () => Promise<void> }

// The tokens and files of the locks that this process holds: these are not stale.
const own = new Map<string, string>()

const remove = (token: string): void => {
  const path = own.get(token)
  own.delete(token)
  if (path !== undefined && contents(path)?.token === token) Fs.rmSync(path, { force: true })
}

// So that the next process does not wait if this one exits without closing the scope.
const removeAll = (): void => Array.from(own.keys()).forEach(remove)

const take = async (path: string): Promise<Taken | InUse> => {
  for (;;) {
    const taken = await create(path)
    if (taken !== undefined) return taken
    const found = contents(path)
    if (found === undefined) continue
    const current = await findCurrent(path, found)
    if (current !== undefined) return { _tag: "InUse", owner: current.owner }
    breakLock(path, found)
  }
}

/** The contents of the lock file if the lock is not stale. */
const findCurrent = async (path: string, found: Contents): Promise<Contents | undefined> => {
  if (own.has(found.token)) return found
  const hasEnded = found.owner !== undefined && ProcessSpace.hasEnded(found.space, found.owner.pid)
  return hasEnded || isOld(path) ? undefined : untilCounted(path, found)
}

/** Creates the lock file; undefined if there is one. */
const create = async (path: string): Promise<Taken | undefined> => {
  const token = randomUUID()
  const owner: Owner = { host: Os.hostname(), pid: process.pid, since: new Date().toISOString() }
  if (
    !writeNew(path, `${"0".repeat(LockBeat.digits)} ${JSON.stringify({ token, ...owner, space: ProcessSpace.own })}\n`)
  ) {
    return undefined
  }
  if (own.size === 0) process.once("exit", removeAll)
  own.set(token, path)
  const stop = await LockBeat.start(path, token).catch((error: unknown) => {
    remove(token)
    throw error
  })
  const release = async (): Promise<void> => {
    await stop()
    remove(token)
    if (own.size === 0) process.off("exit", removeAll)
  }
  return { _tag: "Held", isOwned: () => contents(path)?.token === token, release }
}

const writeNew = (path: string, text: string): boolean => {
  try {
    Fs.writeFileSync(path, text, { flag: "wx" })
    return true
  } catch (error) {
    if (isCode(error, "EEXIST")) return false
    throw error
  }
}

interface Contents {
  readonly count: string
  readonly token: string
  readonly owner: Owner | undefined
  readonly space: string | undefined
}

/** The contents of the lock file; undefined if there is none. */
const contents = (path: string): Contents | undefined => {
  try {
    const { count, rest } = LockBeat.read(path)
    return { count, ...parse(rest) }
  } catch (error) {
    if (isCode(error, "ENOENT")) return undefined
    if (Fs.lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() !== true) throw error
    throw new Error(`${path} is a link`, { cause: error })
  }
}

// A file that was just created is empty, and a file of another program has no JSON: the text then serves as the token.
const parse = (text: string): Omit<Contents, "count"> => {
  try {
    const { host, pid, since, space, token } = JSON.parse(text) as Owner & Pick<Contents, "space" | "token">
    return { token, owner: { host, pid, since }, space }
  } catch {
    return { token: text, owner: undefined, space: undefined }
  }
}

/** Whether the file is certainly stale by its time of modification. Compares two times of the file system's own clock. */
const isOld = (path: string): boolean => {
  const probe = `${path}.${randomUUID()}`
  Fs.writeFileSync(probe, "")
  const now = Fs.statSync(probe).mtimeMs
  Fs.rmSync(probe, { force: true })
  const written = Fs.statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? now
  return now - written > 2 * staleAfter
}

/**
 * The contents of the file once they have changed; undefined if the file is removed, or does not change within `staleAfter`.
 * Measured by this process' own clock: the clocks of two machines may differ.
 */
const untilCounted = async (path: string, before: Contents): Promise<Contents | undefined> => {
  for (const end = performance.now() + staleAfter; performance.now() < end;) {
    await setTimeout(100)
    const now = contents(path)
    if (now === undefined || now.token !== before.token || now.count !== before.count) return now
  }
  return undefined
}

/**
 * Removes a stale lock. It renames the file, because only one of several processes can succeed in that. If another process
 * has taken the folder over since the last check, its file is put back.
 */
const breakLock = (path: string, stale: Contents): void => {
  const apart = `${path}.${randomUUID()}`
  try {
    if (contents(path)?.token !== stale.token) return
    Fs.renameSync(path, apart)
    if (contents(apart)?.token !== stale.token) Fs.linkSync(apart, path)
    Fs.rmSync(apart, { force: true })
  } catch (error) {
    if (!isCode(error, "ENOENT")) throw error
  }
}

const isCode = (error: unknown, code: string): boolean =>
  error instanceof Error && "code" in error && error.code === code
