/** The messages between the page and a worker with PostgreSQL, beside those of every engine. */
import type { Files, Prepared } from "./Database.ts"
import type { Table } from "./SqlStatement.ts"

/** What the page sends: `Prepare` alone, to a worker of its own, or `Open` first and then a run and queries. */
export type ToDatabase =
  | { readonly _tag: "Prepare"; readonly files: Files }
  | { readonly _tag: "Open"; readonly prepared: Prepared }
  | { readonly _tag: "Query"; readonly statement: string }

/** What the worker answers to `Prepare` and to `Query`. */
export type FromDatabase =
  | { readonly _tag: "Prepared"; readonly prepared: Prepared }
  | { readonly _tag: "Answered"; readonly table: Table }
  | { readonly _tag: "Failed"; readonly message: string }
