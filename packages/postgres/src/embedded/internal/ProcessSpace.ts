/*
 * Where process ids mean the same: a boot of a machine, and a pid namespace in it. Only there can a process id tell that a
 * process has ended; that it runs tells nothing, since ids come again.
 */
import * as Fs from "node:fs"

const read = (): string | undefined => {
  try {
    return `${Fs.readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()} ${
      Fs.readlinkSync("/proc/self/ns/pid")
    }`
  } catch {
    // Not Linux, or /proc is closed: then nothing is known of other processes.
    return undefined
  }
}

/** The space of this process; undefined where it cannot be told from others. */
export const own: string | undefined = read()

/** Whether a process is certain to have ended: it was in the space of this one, and its id is not in use there. */
export const hasEnded = (space: string | undefined, pid: number): boolean => {
  if (own === undefined || space !== own) return false
  try {
    process.kill(pid, 0)
    return false
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "ESRCH"
  }
}
