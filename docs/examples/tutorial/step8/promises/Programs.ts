/** Programs of their own: started, watched and killed. */
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { createInterface } from "node:readline"

/** Starts a file of this folder as a program. It is killed when this program ends, if it still runs. */
export const start = (file: string): ChildProcess => {
  const child = spawn(process.execPath, [`${import.meta.dirname}/${file}`], { stdio: ["ignore", "pipe", "inherit"] })
  process.once("exit", () => child.kill("SIGKILL"))
  return child
}

/** Waits until a program has printed a line. */
export const printed = (child: ChildProcess, line: string) =>
  new Promise<void>((resolve, reject) => {
    createInterface({ input: child.stdout! }).on("line", (text) => text === line && resolve())
    child.once("exit", () => reject(new Error(`a program ended before it printed "${line}"`)))
  })

/** Kills a program as `kill -9` and a crash do: it cannot finish anything. */
export const kill = async (child: ChildProcess) => {
  const exit = once(child, "exit")
  child.kill("SIGKILL")
  await exit
}
