/** A playground in use: the editor, the runs, and what they show. Loaded by the first click. */
import type { Ended, Problem } from "../Protocol.ts"
import { fill, type Part } from "./Dom.ts"
import * as Editor from "./Editor.ts"
import type { Example } from "./Example.ts"
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
  const files = part("file", HTMLSelectElement)
  const choice = part("example", HTMLSelectElement)
  const results = Results.make(part)
  const keep = engine.keep?.(part, engine)
  let session: Session.Session | undefined
  let shown: Problem | undefined
  const say = (text: string) => part("status").textContent = text
  const example = () => examples[Math.max(choice.selectedIndex, 0)]!
  const run = () => {
    if (session !== undefined) return
    results.clear()
    keep?.(undefined)
    part("problem").hidden = true
    part("results").hidden = false
    say("Starting…")
    const frame = Frame.open(part("opened"), engine)
    session = Session.start(frame, { files: editor.files(), entry: example().entry }, seconds, {
      started: () => say("Running…"),
      printed: results.print,
      ended
    })
    setRunning(true)
  }
  const editor = Editor.make(part("editor"), run)
  const setRunning = (isRunning: boolean) => {
    // Neither is hidden while it has the focus: it would be lost.
    const [from, to] = isRunning ? [part("run"), part("stop")] : [part("stop"), part("run")]
    const hadFocus = document.activeElement === from
    to.hidden = false
    if (hadFocus) to.focus()
    from.hidden = true
  }
  const ended = ({ kept, problem, report }: Ended) => {
    session = undefined
    setRunning(false)
    results.show(report)
    keep?.(kept)
    shown = problem
    showProblem(part, problem)
    say(
      problem === undefined
        ? `Done: ${report.events.length} events.`
        : `Ended with an error; ${report.events.length} events.`
    )
  }
  const reset = () => {
    session?.stop()
    editor.open(example().files)
    fill(files, example().files.map(({ name }) => new Option(name)))
    files.value = example().entry
    editor.show(example().entry)
  }
  part("run").addEventListener("click", run)
  part("place-of-problem").addEventListener("click", () => {
    if (shown?.file === undefined) return
    files.value = shown.file
    editor.goTo(shown.file, shown.line ?? 1)
  })
  part("stop").addEventListener("click", () => session?.stop())
  part("reset").addEventListener("click", () => {
    reset()
    say("The files are as they were at first.")
  })
  files.addEventListener("change", () => editor.show(files.value))
  choice.addEventListener("change", () => {
    reset()
    results.clear()
    part("results").hidden = true
    say("")
  })
  reset()
  return { run }
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
