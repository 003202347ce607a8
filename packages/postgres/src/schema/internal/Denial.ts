/** Converts errors of missing rights, on statements and logins, into the error of the ports. */
import { PermissionDenied } from "@refold/store/log/EventStoreError"
import type * as SqlError from "effect/sql/SqlError"
import * as Database from "./Database.ts"
import * as SqlFile from "./SqlFile.ts"
import * as StoreRights from "./StoreRights.ts"

/** Whether a right is missing: another connection would get the same answer. */
export const isDenial = ({ reason: { _tag } }: SqlError.SqlError): boolean =>
  _tag === "AuthorizationError" || _tag === "AuthenticationError"

/** The refusal, which names the object and the right. */
export const explain = (error: SqlError.SqlError, schema: string): PermissionDenied => {
  const reason = Database.explain(error).message
  // The message is in the language of the server, and names the object as it is written in SQL.
  const names: ReadonlyArray<string> = reason.match(/[\w$]+/g) ?? []
  const object = names.find((name) => StoreRights.rightOn(name) !== undefined)
  if (object !== undefined) return new PermissionDenied({ object, right: StoreRights.rightOn(object), reason })
  const owners = names.find((name) => StoreRights.ownersObjects.includes(name))
  if (owners !== undefined) return new PermissionDenied({ object: owners, right: undefined, reason })
  const refused = [SqlFile.rowsSchema(schema), schema].find((name) => names.includes(name))
  return new PermissionDenied({ object: refused, right: refused === undefined ? undefined : "USAGE", reason })
}
