/** A playground in use: the files, the runs, and what they show. Loaded by the first click. */
import type { Ended, Problem } from "../Protocol.ts"
import type { Part } from "./Dom.ts"
import type { Example } from "./Example.ts"
import * as Files from "./Files.ts"
import * as Frame from "./Frame.ts"
import * as Results from "./Results.ts"
import * as Session from "./Session.ts"

/** What a workspace is made of. */
export interface Options {
  readonly part: Part
  readonly examples: ReadonlyArray<Example>
  /** Seconds that a run may take. */
  readonly seconds: number
  readonly engine: Frame.Loaded
}

/** Opens a workspace with the first example. Its parts are shown by this. */
export const open = ({ engine, examples, part, seconds }: Options): { readonly run: () => void } => {
  const results = Results.make(part)
  const keep = engine.keep?.(part, engine)
  let session: Session.Session | undefined
  let shown: Problem | undefined
  const say = (text: string) => part("status").textContent = text
  const ended = ({ kept, problem, report }: Ended) => {
    session = undefined
    shown = problem
    showButtons(part, false)
    results.show(report)
    keep?.(kept)
    showProblem(part, problem)
    const events = `${report.events.length} events.`
    say(problem === undefined ? `Done: ${events}` : `Ended with an error; ${events}`)
  }
  const run = () => {
    if (session !== undefined) return
    results.clear()
    keep?.(undefined)
    showProblem(part, undefined)
    part("results").hidden = false
    say("Starting…")
    const listener = { started: () => say("Running…"), printed: results.print, ended }
    session = Session.start(Frame.open(part("opened"), engine), files.program(), seconds, listener)
    showButtons(part, true)
  }
  const clear = () => {
    session?.drop()
    session = undefined
    showButtons(part, false)
    results.clear()
    keep?.(undefined)
    showProblem(part, undefined)
    part("results").hidden = true
    say("")
  }
  const files = Files.make(part, examples, { run, chosen: clear })
  part("run").addEventListener("click", run)
  part("stop").addEventListener("click", () => session?.stop())
  part("place-of-problem").addEventListener("click", () => shown !== undefined && files.goTo(shown))
  part("reset").addEventListener("click", () => {
    clear()
    files.reset()
    say("The files are as they were at first.")
  })
  return { run }
}

const showButtons = (part: Part, isRunning: boolean): void => {
  // Neither is hidden while it has the focus: it would be lost.
  const [from, to] = isRunning ? [part("run"), part("stop")] : [part("stop"), part("run")]
  const hadFocus = document.activeElement === from
  to.hidden = false
  if (hadFocus) to.focus()
  from.hidden = true
}

const showProblem = (part: Part, problem: Problem | undefined): void => {
  part("problem").hidden = problem === undefined
  if (problem === undefined) return
  const { file, line, message } = problem
  part("message").textContent = message
  const place = part("place-of-problem", HTMLButtonElement)
  place.hidden = file === undefined
  if (file !== undefined) place.textContent = line === undefined ? file : `${file}, line ${line}`
}
