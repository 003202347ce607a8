/*
 * The heartbeat of a lock file: a separate thread increments the count in the file each second, also while a query
 * blocks the process. The thread ends with the process, also in a crash.
 */
import * as Fs from "node:fs"
import { Worker } from "node:worker_threads"

/** The interval of the heartbeat, in milliseconds. */
export const every = 1000

/** The number of digits of the count, with which the file begins. */
export const digits = 12

/**
 * Increments the count in the file at this path until the result is called, or the file no longer holds this token. Resolves
 * once the thread runs; rejects if it cannot start.
 */
export const start = async (path: string, token: string): Promise<() => Promise<void>> => {
  const worker = new Worker(program, { eval: true, execArgv: [], workerData: { path, token, every, digits } })
  // The thread must not keep the process running.
  worker.unref()
  await new Promise((resolve, reject) => void worker.once("message", resolve).once("error", reject))
  // Without the thread the lock goes stale, and the owner's check finds it taken over.
  worker.on("error", () => {})
  return async () => void await worker.terminate()
}

// A text, because a bundle has no separate file for a thread; with import(), because it may be read as either kind of module.
// The file is opened and closed each time, because a network file system shows writes to others only then. It is
// compared and written through one descriptor, so that the count is never written into the lock of another owner.
const program = `
  Promise.all([import("node:fs"), import("node:worker_threads")]).then(([Fs, { parentPort, workerData }]) => {
    const { path, token, every, digits } = workerData
    let count = 0
    const beat = () => {
      let file
      try {
        file = Fs.openSync(path, "r+")
        if (Fs.readFileSync(file, "utf8").includes(token)) {
          Fs.writeSync(file, String(++count % 10 ** digits).padStart(digits, "0"), 0)
        } else clearInterval(timer)
      } catch {
        // The next count may succeed.
      } finally {
        if (file !== undefined) Fs.closeSync(file)
      }
    }
    const timer = setInterval(beat, every)
    beat()
    parentPort.postMessage("counting")
  })`

/**
 * The count of the file at this path, and the rest of the text. It does not follow a link, wait for a pipe, or read more than
 * the size of a lock: in a folder that others could write to, the file may be of any kind.
 */
export const read = (path: string): { readonly count: string; readonly rest: string } => {
  // Windows has neither of the last two; undefined is no bit.
  const { O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = Fs.constants
  const file = Fs.openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
  try {
    if (!Fs.fstatSync(file).isFile()) throw new Error(`${path} is not a file`)
    const bytes = Buffer.alloc(maxBytes)
    const text = bytes.toString("utf8", 0, Fs.readSync(file, bytes, 0, maxBytes, 0))
    return { count: text.slice(0, digits), rest: text.slice(digits) }
  } finally {
    Fs.closeSync(file)
  }
}

const maxBytes = 4096
