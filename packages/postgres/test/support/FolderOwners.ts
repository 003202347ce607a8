/*
 * Processes that open a folder of the embedded database, or only its lock, and answer commands: each is a separate owner.
 */
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import * as Readline from "node:readline"
import { fileURLToPath } from "node:url"

/** A running process. */
export interface FolderProcess {
  readonly child: ChildProcessWithoutNullStreams
  /** Its next line of output. */
  readonly line: () => Promise<string>
  /** Sends a line and resolves to the answer. */
  readonly send: (command: string) => Promise<string>
  /** Ends it and waits for its end. */
  readonly kill: () => Promise<void>
}

const unshare = ["unshare", "--user", "--map-root-user", "--pid", "--fork", "--kill-child"]

/** Whether this machine allows pid namespaces, which containers use. */
export const canUnshare = spawnSync(unshare[0]!, [...unshare.slice(1), "true"]).status === 0

/** Starts a process on a folder; with `apart` in a new pid namespace, in which its pid is 1. */
export const start = (folder: string, { apart = false, lockOnly = false } = {}): FolderProcess => {
  const program = fileURLToPath(new URL("folderProcess.ts", import.meta.url))
  const owner = [process.execPath, program, folder, lockOnly ? "lock" : "database"]
  const [command, ...args] = apart ? [...unshare, ...owner] : owner
  const child = spawn(command!, args, { stdio: ["pipe", "pipe", "pipe"] })
  const lines = Readline.createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const errors: Array<string> = []
  child.stderr.on("data", (chunk) => void errors.push(String(chunk)))
  const line = async (): Promise<string> => {
    const { done, value } = await lines.next()
    if (done === true) throw new Error(`the process has ended: ${errors.join("")}`)
    return value
  }
  return {
    child,
    line,
    send: (command) => {
      child.stdin.write(`${command}\n`)
      return line()
    },
    kill: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, "exit")
      child.kill("SIGKILL")
      await ended
    }
  }
}
