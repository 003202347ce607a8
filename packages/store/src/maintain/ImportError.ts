/** The errors of an import: of the file, or of the store that it is imported into. */
import { printable } from "@refold/core/internal/event/Printable"
import { TaggedError } from "@refold/core/internal/event/TaggedError"

/**
 * A line breaks a rule. Lines that were stored before it stay, and the store stays incomplete: import a file that is repaired from
 * this line on, or give the import up with `Store.abandonImport`.
 */
export class InvalidLine extends TaggedError("InvalidLine")<{
  /** The number of the line, from 1. */
  readonly line: number
  /** The path to the value: `event.version`. */
  readonly field: string
  /** The rule for the value. */
  readonly rule: string
}> {
  override get message(): string {
    return printable(`line ${this.line}: ${this.field} ${this.rule}`)
  }
}

/** Newer code has written the file. Nothing was stored. */
export class NewerFormat extends TaggedError("NewerFormat")<{
  /** The version of the file's format, and the latest that this code reads. */
  readonly version: number
  readonly latest: number
}> {
  override get message(): string {
    return printable(
      `line 1: the file has version ${this.version} of the format, and this code reads up to ${this.latest}: import it with newer code`
    )
  }
}

/** The file ends before its trailer: it was cut. The store stays incomplete: import the whole file to continue. */
export class IncompleteFile extends TaggedError("IncompleteFile")<{
  /** The number of lines that the file has. */
  readonly lines: number
}> {
  override get message(): string {
    return printable(
      `the file ends after line ${this.lines}, before its trailer: it was cut. Import the whole file to continue`
    )
  }
}

/** An import takes an empty store, and this one is not. Nothing was stored. */
export class StoreNotEmpty extends TaggedError("StoreNotEmpty")<{
  /** The data in the store: `events`, `idempotency keys`, `snapshots`, `projections` or `discarded events`. */
  readonly has: string
}> {
  override get message(): string {
    return printable(
      `the store has ${this.has}, and an import takes an empty one: import before programs use the store`
    )
  }
}

/**
 * The store is in the middle of the import of another file, or of the same one by another program, or the import was given up.
 * Nothing was stored.
 */
export class ImportMismatch extends TaggedError("ImportMismatch")<{ readonly reason: string }> {
  override get message(): string {
    return printable(
      `${this.reason}: import the file that was begun, or give that import up with Store.abandonImport`
    )
  }
}
