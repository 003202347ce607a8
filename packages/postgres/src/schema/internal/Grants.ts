/** The rights of the roles that use a store, as the statements that grant them. */
import { invalid, type InvalidInput } from "@refold/core/event/InvalidInput"
import * as Result from "effect/Result"
import * as StoreRights from "./StoreRights.ts"
import * as StoreSchema from "./StoreSchema.ts"

/**
 * What a role does with a store. A role may do several of these; none of them can change or delete an event, and none can
 * create anything in the schemas of the store.
 *
 * - `reader` reads events, states and rows.
 * - `writer` appends events, too: a program that handles commands.
 * - `projector` writes rows: a program that runs projections, processes or consumers. It is granted what a reader is, too.
 * - `sql-writer` appends by the functions of the SQL API, and reads nothing.
 * - `key-expiry` deletes idempotency keys, and does nothing else.
 */
export type RoleKind = StoreRights.RoleKind

/** The store of the grants. */
export interface GrantOptions {
  /** The schema of the store, `refold` by default. */
  readonly schema?: string | undefined
}

/**
 * The statements that let an existing role do one kind of work with a store. Run them as the owner of the store, in any
 * order and any number of times, and again after an update of the store. Fails with `InvalidInput` for a name that no role or
 * schema can have.
 */
export const grants = (
  role: string,
  kind: RoleKind,
  { schema = "refold" }: GrantOptions = {}
): Result.Result<ReadonlyArray<string>, InvalidInput> =>
  Result.gen(function*() {
    if (typeof role !== "string" || role === "" || role.includes("\u0000") || utf8Bytes(role) > 63) {
      return yield* invalid("role", "must be a name of 1 to 63 bytes")
    }
    if (!StoreRights.kinds.includes(kind)) {
      return yield* invalid("kind", `must be one of ${StoreRights.kinds.join(", ")}`)
    }
    return StoreRights.statements(`"${role.replaceAll("\"", "\"\"")}"`, kind, yield* StoreSchema.parse(schema))
  })

const utf8Bytes = (text: string): number => new TextEncoder().encode(text).length
