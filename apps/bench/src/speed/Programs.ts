/** Programs that are started for one measurement: the time to their first event, and the memory that they take. */
import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"
import { bundled } from "./Bundle.ts"
import { environment, moduleOf, problemIn } from "./Child.ts"
import type { PeerName } from "./Peers.ts"
import type { Answered } from "./Protocol.ts"

/** Milliseconds to the first event, of a program as it is or in a bundle, or megabytes that it takes for many events. */
export type ProgramName = "start" | "bundled" | "memory"

/** Whether a task is a program. */
export const isProgram = (task: string): task is ProgramName => ["start", "bundled", "memory"].includes(task)

/** Starts the program once. Rejects with its output if it fails. */
export const run = async (peer: PeerName, url: string, what: ProgramName, events: number): Promise<Answered> => {
  const program = moduleOf("StartProcess")
  const path = what === "bundled" ? await bundled(program) : fileURLToPath(program)
  const { millis, printed } = await start([path, peer, url, what, String(events)])
  // Kilobytes.
  const megabytes = Number(printed.trim().split("\n").at(-1)) / 1_024
  return { value: what === "memory" ? megabytes : millis, cpuMicros: 0 }
}

/** Runs Node, and returns its output with times. */
const start = (args: ReadonlyArray<string>) =>
  new Promise<{ readonly millis: number; readonly printed: string }>((resolve, reject) => {
    const begun = performance.now()
    const program = spawn(process.execPath, args, { env: environment, stdio: ["ignore", "pipe", "pipe"] })
    let [millis, printed, problem] = [0, "", ""]
    program.stdout.on("data", (chunk: Buffer) => {
      millis = performance.now() - begun
      printed += chunk.toString()
    })
    program.stderr.on("data", (chunk: Buffer) => problem = (problem + chunk.toString()).slice(-2_000))
    program.once("error", reject)
    program.once("exit", (code) =>
      code === 0
        ? resolve({ millis, printed })
        : reject(new Error(`exit code ${code}: ${problemIn(problem)}`)))
  })
