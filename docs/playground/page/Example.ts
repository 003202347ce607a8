/** A program to begin with. */
import type { Program } from "../Protocol.ts"

/** A program with the name under which it is offered. */
export interface Example extends Program {
  readonly title: string
}
