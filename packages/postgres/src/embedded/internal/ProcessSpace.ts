/*
 * The space in which process ids are unique: a boot of a machine, and a pid namespace in it. Only there does an unused id
 * prove that a process has ended; a used id proves nothing, because ids are reused.
 */
import * as Fs from "node:fs"

const read = (): string | undefined => {
  try {
    return `${Fs.readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()} ${
      Fs.readlinkSync("/proc/self/ns/pid")
    }`
  } catch {
    // Not Linux, or /proc is not readable: the state of other processes is unknown.
    return undefined
  }
}

/** The space of this process; undefined if it cannot be identified. */
export const own: string | undefined = read()

/** Whether a process has certainly ended: it was in the space of this one, and its id is not in use there. */
export const hasEnded = (space: string | undefined, pid: number): boolean => {
  if (own === undefined || space !== own) return false
  try {
    process.kill(pid, 0)
    return false
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "ESRCH"
  }
}
