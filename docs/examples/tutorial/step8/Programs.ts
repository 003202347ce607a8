/** Programs of their own: started, watched and killed. */
import { Effect } from "effect"
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { createInterface } from "node:readline"

/** Starts a file of this folder as a program. It is killed at the end of the scope, if it still runs. */
export const start = (file: string) =>
  Effect.acquireRelease(
    Effect.sync(() =>
      spawn(process.execPath, [`${import.meta.dirname}/${file}`], { stdio: ["ignore", "pipe", "inherit"] })
    ),
    (child) => Effect.sync(() => child.kill("SIGKILL"))
  )

/** Waits until a program has printed a line. */
export const printed = (child: ChildProcess, line: string) =>
  Effect.promise(() =>
    new Promise<void>((resolve, reject) => {
      createInterface({ input: child.stdout! }).on("line", (text) => text === line && resolve())
      child.once("exit", () => reject(new Error(`a program ended before it printed "${line}"`)))
    })
  )

/** Kills a program as `kill -9` and a crash do: it cannot finish anything. */
export const kill = (child: ChildProcess) =>
  Effect.promise(() => {
    const exit = once(child, "exit")
    child.kill("SIGKILL")
    return exit
  })
