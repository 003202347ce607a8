/** The error of a bad file: its place, and the rule that it breaks. */
import * as Data from "effect/Data"

/** A place in a file. `row` counts the rows below the header from 1, `line` the lines of the file. */
export interface Place {
  readonly file: string
  readonly row?: number
  readonly line?: number
  readonly column?: string
}

/** A rule that a file breaks. `rule` completes the sentence "… must …". Nothing of the folder has been imported. */
export class BadInput extends Data.TaggedError("BadInput")<Place & { readonly rule: string }> {
  override get message(): string {
    const row = this.row === undefined ? "" : `, row ${this.row}`
    const line = this.line === undefined ? "" : ` (line ${this.line})`
    const column = this.column === undefined ? "" : `, column "${this.column}"`
    return `${this.file}${row}${line}${column}: ${this.rule}`
  }
}

/** A value as an error message quotes it: on one line, and never long. */
export const quote = (text: string): string => JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text)
