/** The worker's side of the protocol: one run on an engine, or answers to queries. */
import { type FromWorker, type Line, nothing, type Program, type Start, type ToWorker } from "../Protocol.ts"
import type { Engine, Modules } from "./Engine.ts"
import * as Link from "./Link.ts"
import * as Output from "./Output.ts"
import * as Recorder from "./Recorder.ts"
import * as RunProgram from "./RunProgram.ts"
import * as Show from "./Show.ts"

/** What a worker has of its global scope. */
interface Scope {
  readonly addEventListener: <Name extends keyof Events>(
    name: Name,
    listener: (event: Events[Name]) => void,
    options?: { readonly once: boolean }
  ) => void
}

interface Events {
  readonly message: { readonly data: Start }
  readonly error: { readonly error: unknown; readonly preventDefault: () => void }
  readonly unhandledrejection: { readonly reason: unknown; readonly preventDefault: () => void }
}

const scope = globalThis as unknown as Scope

/** Waits for the page, loads the engine, and runs the program that the page sends. */
export const serve = (engine: Engine): void =>
  scope.addEventListener("message", ({ data }) => void begin(engine, data), { once: true })

const begin = async (engine: Engine, { assets, port }: Start): Promise<void> => {
  // Bound before a program runs: one that replaces the method does not get the port.
  const post: (message: FromWorker) => void = port.postMessage.bind(port)
  const fail = (message: string) => post({ _tag: "Ended", problem: { message }, report: nothing })
  const stopped = Promise.withResolvers<void>()
  const recorder = Recorder.make()
  const run = async (program: Program, modules: Modules) => {
    const print = Output.bounded((line) => post({ _tag: "Printed", line }))
    watch(program, print)
    const ended = await RunProgram.run(program, { modules, recorder, print, stopped: stopped.promise })
    post({ ...ended, kept: await engine.keep?.().catch(() => undefined) })
  }
  try {
    const modules = await engine.load(recorder, assets)
    const answer = async (statement: string) =>
      post({ _tag: "Answered", answer: await engine.query?.(statement) ?? "The store has no queries." })
    const stop = () => {
      post({ _tag: "Stopping" })
      stopped.resolve()
    }
    const receive = ({ data }: { readonly data: ToWorker }): void => {
      if (data._tag === "Stop") return stop()
      if (data._tag === "Query") return void answer(data.statement).catch((error: unknown) => fail(Show.problem(error)))
      port.removeEventListener("message", receive)
      // A stop. Its event is not read: a program could have replaced the getters, and would get the port from it.
      port.addEventListener("message", stop)
      void run(data.program, modules)
    }
    port.addEventListener("message", receive)
    port.start()
    post({ _tag: "Ready" })
  } catch (error) {
    fail(`The store could not be started: ${Show.problem(error)}`)
  }
}

// What fails outside of the files' own code, such as a callback or a promise that is not awaited.
const watch = ({ files }: Program, print: (line: Line) => void): void => {
  const report = (error: unknown) => {
    const { file, line, message } = Link.located(error, files)
    print({ level: "error", text: file === undefined ? message : `${message} (${file}, line ${line})` })
  }
  scope.addEventListener("error", (event) => {
    event.preventDefault()
    report(event.error)
  })
  scope.addEventListener("unhandledrejection", (event) => {
    event.preventDefault()
    report(event.reason)
  })
}
