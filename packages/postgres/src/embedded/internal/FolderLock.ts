/*
 * Keeps a database folder to one owner: PGlite itself takes no lock, and two of them on one folder lose each other's
 * rows without an error. The owner counts up in a lock file; a file that nothing has counted in for some seconds is
 * left over and is taken over. That a process runs decides nothing: containers that share a folder have the same process
 * ids, and ids of dead processes come again. That the owner has ended, where that is certain, frees the folder at once.
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

/** The name of the lock file inside the folder. Files whose names go on after it are those of a take-over. */
export const lockFile = "refold.lock"

/** After how many milliseconds without a count a lock is left over. */
const staleAfter = 5 * LockBeat.every

/** The owner of a folder: a process, where it runs, and since when it has the folder. */
export interface Owner {
  readonly host: string
  readonly pid: number
  readonly since: string
}

/** A lock that this process holds. */
export interface Held {
  readonly _tag: "Held"
  /** Whether the lock is still this one's. False where the process was suspended and another one took the folder over. */
  readonly isOwned: () => boolean
}

/** A lock that another owner holds; the owner is undefined where the file does not name one. */
export interface InUse {
  readonly _tag: "InUse"
  readonly owner: Owner | undefined
}

/**
 * Locks a folder for the scope, or tells the owner that has it. Takes up to `staleAfter` where there is a lock already.
 * Fails with the file system's error.
 */
export const acquire = (folder: string): Effect.Effect<Held | InUse, unknown, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.tryPromise({ try: () => take(Path.join(folder, lockFile)), catch: (error) => error }),
    (lock) => Effect.promise(async () => lock._tag === "Held" ? lock.release() : undefined)
  )

type Taken = Held & { readonly release: () => Promise<void> }

// The tokens and files of this process' own locks, which need not be watched.
const own = new Map<string, string>()

const remove = (token: string): void => {
  const path = own.get(token)
  own.delete(token)
  if (path !== undefined && contents(path)?.token === token) Fs.rmSync(path, { force: true })
}

// So that the next process need not wait where this one exits without closing the scope.
const removeAll = (): void => Array.from(own.keys()).forEach(remove)

const take = async (path: string): Promise<Taken | InUse> => {
  for (;;) {
    const taken = await create(path)
    if (taken !== undefined) return taken
    const found = contents(path)
    if (found === undefined) continue
    const living = await findLiving(path, found)
    if (living !== undefined) return { _tag: "InUse", owner: living.owner }
    breakLock(path, found)
  }
}

/** What the lock file says where its owner lives. */
const findLiving = async (path: string, found: Contents): Promise<Contents | undefined> => {
  if (own.has(found.token)) return found
  const hasEnded = found.owner !== undefined && ProcessSpace.hasEnded(found.space, found.owner.pid)
  return hasEnded || isOld(path) ? undefined : untilCounted(path, found)
}

/** Creates the lock file, or nothing where there is one. */
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

/** What the lock file says; undefined where there is none. */
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

// A file that was just created is empty, and one that something else wrote is no lock: its text is its token.
const parse = (text: string): Omit<Contents, "count"> => {
  try {
    const { host, pid, since, space, token } = JSON.parse(text) as Owner & Pick<Contents, "space" | "token">
    return { token, owner: { host, pid, since }, space }
  } catch {
    return { token: text, owner: undefined, space: undefined }
  }
}

/** Whether the file was last written long ago. By the clock of the file system, which writes both times. */
const isOld = (path: string): boolean => {
  const probe = `${path}.${randomUUID()}`
  Fs.writeFileSync(probe, "")
  const now = Fs.statSync(probe).mtimeMs
  Fs.rmSync(probe, { force: true })
  const written = Fs.statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? now
  return now - written > 2 * staleAfter
}

/**
 * What the file says once it has changed; undefined where it goes, or does not change within `staleAfter`. Measured by
 * this process' own clock: those of two machines may differ.
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
 * Removes a lock that is left over. By renaming: of several processes that try, one gets the file. Where another one has
 * taken the folder over between the last look and the renaming, its file is put back.
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
