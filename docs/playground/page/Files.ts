/** The files of the chosen example, as the reader has changed them. */
import type { Problem, Program } from "../Protocol.ts"
import { fill, type Part } from "./Dom.ts"
import * as Editor from "./Editor.ts"
import type { Example } from "./Example.ts"

/** The files in the editor of a playground. */
export interface Files {
  /** The program as it is now. */
  readonly program: () => Program
  /** Shows the line that a problem names. */
  readonly goTo: (problem: Problem) => void
  /** Opens the example's files as they were at first. */
  readonly reset: () => void
}

/** Opens the first example. `run` is called by the editor's key for it, `chosen` after another example was opened. */
export const make = (
  part: Part,
  examples: ReadonlyArray<Example>,
  { chosen, run }: { readonly chosen: () => void; readonly run: () => void }
): Files => {
  const choice = part("example", HTMLSelectElement)
  const names = part("file", HTMLSelectElement)
  const editor = Editor.make(part("editor"), run)
  const example = () => examples[Math.max(choice.selectedIndex, 0)]!
  const show = (name: string) => {
    names.value = name
    editor.show(name)
  }
  const reset = () => {
    const { entry, files } = example()
    editor.open(files)
    fill(names, files.map(({ name }) => new Option(name)))
    show(entry)
  }
  names.addEventListener("change", () => editor.show(names.value))
  choice.addEventListener("change", () => {
    reset()
    chosen()
  })
  reset()
  return {
    program: () => ({ files: editor.files(), entry: example().entry }),
    goTo: ({ file, line = 1 }) => {
      if (file === undefined) return
      show(file)
      editor.goTo(file, line)
    },
    reset
  }
}
