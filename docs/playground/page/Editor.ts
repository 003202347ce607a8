/** The editor of a program's files. Tab leaves it: indenting has keys of its own. */
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands"
import { javascript } from "@codemirror/lang-javascript"
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting } from "@codemirror/language"
import { EditorState, type Extension } from "@codemirror/state"
import { EditorView, highlightActiveLine, highlightSpecialChars, keymap, lineNumbers } from "@codemirror/view"
import { tags } from "@lezer/highlight"
import type { SourceFile } from "../Protocol.ts"

/** An editor. */
export interface Editor {
  /** Replaces all files. */
  readonly open: (files: ReadonlyArray<SourceFile>) => void
  /** Shows a file, as it was left. */
  readonly show: (name: string) => void
  /** Shows a line of a file and puts the cursor there. */
  readonly goTo: (name: string, line: number) => void
  /** The files as they are now. */
  readonly files: () => ReadonlyArray<SourceFile>
}

const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.modifier], color: "var(--play-keyword)" },
  { tag: [tags.string, tags.regexp, tags.special(tags.string)], color: "var(--play-string)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--play-number)" },
  { tag: [tags.comment], color: "var(--play-comment)" },
  { tag: [tags.typeName, tags.className], color: "var(--play-type)" },
  { tag: [tags.function(tags.variableName), tags.function(tags.propertyName)], color: "var(--play-function)" }
])

/** Makes an editor in an element. `run` is called by Ctrl+Enter, on a Mac Cmd+Enter. */
export const make = (parent: HTMLElement, run: () => void): Editor => {
  const view = new EditorView({ parent })
  let states = new Map<string, EditorState>()
  let shown = ""
  const keep = () => states.has(shown) && states.set(shown, view.state)
  const show = (name: string) => {
    const state = states.get(name)
    if (state === undefined || name === shown) return
    keep()
    shown = name
    view.setState(state)
  }
  return {
    open: (files) => {
      states = new Map(files.map(({ name, text }) => [name, stateOf(name, text, run)]))
      shown = ""
    },
    show,
    goTo: (name, line) => {
      show(name)
      const { doc } = view.state
      const { from } = doc.line(Math.min(Math.max(line, 1), doc.lines))
      view.dispatch({ selection: { anchor: from }, effects: EditorView.scrollIntoView(from, { y: "center" }) })
      view.focus()
    },
    files: () => {
      keep()
      return [...states].map(([name, { doc }]) => ({ name, text: doc.toString() }))
    }
  }
}

const stateOf = (name: string, doc: string, run: () => void): EditorState =>
  EditorState.create({
    doc,
    extensions: [...extensions(run), EditorView.contentAttributes.of({ "aria-label": `Code of ${name}` })]
  })

const extensions = (run: () => void): ReadonlyArray<Extension> => [
  keymap.of([{ key: "Mod-Enter", run: () => (run(), true) }, ...defaultKeymap, ...historyKeymap]),
  lineNumbers(),
  history(),
  highlightSpecialChars(),
  highlightActiveLine(),
  indentOnInput(),
  bracketMatching(),
  javascript({ typescript: true }),
  syntaxHighlighting(colours)
]
