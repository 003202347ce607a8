/** Programs that are started for one measurement: the time to their first event, and the memory that they take. */
import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"
import { environment, moduleOf, problemIn } from "./Child.ts"
import type { PeerName } from "./Peers.ts"
import type { Answered } from "./Protocol.ts"

/** Milliseconds from the start of a process to its first stored event, or megabytes that it takes for `events` events. */
export const run = async (peer: PeerName, url: string, what: "start" | "memory", events: number): Promise<Answered> => {
  const start = performance.now()
  const { millis, printed } = await new Promise<{ readonly millis: number; readonly printed: string }>(
    (resolve, reject) => {
      const program = spawn(process.execPath, [
        fileURLToPath(moduleOf("StartProcess")),
        peer,
        url,
        what,
        String(events)
      ], {
        env: environment,
        stdio: ["ignore", "pipe", "pipe"]
      })
      let [printed, problem] = ["", ""]
      let millis = 0
      program.stdout.on("data", (chunk: Buffer) => {
        millis = performance.now() - start
        printed += chunk.toString()
      })
      program.stderr.on("data", (chunk: Buffer) => problem = (problem + chunk.toString()).slice(-2_000))
      program.once("error", reject)
      program.once("exit", (code) =>
        code === 0
          ? resolve({ millis, printed })
          : reject(new Error(`exit code ${code}: ${problemIn(problem)}`)))
    }
  )
  // Kilobytes.
  const megabytes = Number(printed.trim().split("\n").at(-1)) / 1_024
  return { value: what === "start" ? millis : megabytes, cpuMicros: 0 }
}
