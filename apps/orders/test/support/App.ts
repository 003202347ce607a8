// Runs the app as a user does: as a process of its own.
import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"

const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url))

/** The outputs of a run, and its exit code. */
export interface Ended {
  readonly code: number | string
  readonly stdout: string
  readonly stderr: string
}

export const run = (...args: ReadonlyArray<string>): Promise<Ended> =>
  new Promise((resolve) => {
    execFile(process.execPath, [main, ...args], (error, stdout, stderr) => {
      resolve({ code: error?.code ?? 0, stdout, stderr })
    })
  })
