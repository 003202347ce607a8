/** The worker's side of the protocol: one run on an engine, then nothing more. */
import type { FromWorker, Line, ToWorker } from "../Protocol.ts"
import type { Engine } from "./Engine.ts"
import * as Isolation from "./Isolation.ts"
import * as Link from "./Link.ts"
import * as Recorder from "./Recorder.ts"
import * as RunProgram from "./RunProgram.ts"

/** What a worker has of its global scope. */
interface Scope {
  readonly postMessage: (message: FromWorker) => void
  readonly addEventListener: <Name extends keyof Events>(name: Name, listener: (event: Events[Name]) => void) => void
}

interface Events {
  readonly message: { readonly data: ToWorker }
  readonly unhandledrejection: { readonly reason: unknown; readonly preventDefault: () => void }
}

/** Loads an engine in this worker, closes the worker, and runs the program that the page sends. */
export const serve = async (engine: Engine): Promise<void> => {
  const scope = globalThis as unknown as Scope
  const post = scope.postMessage.bind(globalThis)
  const stopped = Promise.withResolvers<void>()
  const recorder = Recorder.make()
  const loaded = engine.load(recorder)
  scope.addEventListener("message", async ({ data }) => {
    if (data._tag === "Stop") return stopped.resolve()
    // An engine has messages of its own.
    if (data._tag !== "Run") return
    const print = (line: Line) => post({ _tag: "Printed", line })
    scope.addEventListener("unhandledrejection", (event) => {
      event.preventDefault()
      const { file, line, message } = Link.located(event.reason, data.program.files)
      const place = file === undefined ? "" : ` (${file}:${line})`
      print({ level: "error", text: `Not awaited, and failed: ${message}${place}` })
    })
    const ended = await RunProgram.run(data.program, {
      modules: await loaded,
      recorder,
      print,
      stopped: stopped.promise
    })
    post({ ...ended, kept: await engine.keep?.() })
  })
  await loaded
  Isolation.close()
  post({ _tag: "Ready" })
}
