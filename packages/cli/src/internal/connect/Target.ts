/** The database of a command: flags take precedence over the environment. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { failed, usage } from "../frame/CliFailure.ts"
import * as Settings from "../frame/Settings.ts"

/** A server by its address, or the folder of an embedded database. */
export type Target =
  | { readonly _tag: "Server"; readonly url: Redacted.Redacted }
  | { readonly _tag: "Embedded"; readonly dataDir: string }

/** `--embedded`, or `--url`, then `REFOLD_URL`, then `DATABASE_URL`. */
export const find = Effect.gen(function*() {
  const url = yield* Settings.url
  const embedded = yield* Settings.embedded
  if (Option.isSome(url) && Option.isSome(embedded)) return yield* usage("give either --url or --embedded, not both")
  if (Option.isSome(embedded)) return { _tag: "Embedded", dataDir: embedded.value } satisfies Target
  if (Option.isSome(url)) return { _tag: "Server", url: url.value } satisfies Target
  const given = [process.env["REFOLD_URL"], process.env["DATABASE_URL"]].find((text) => (text ?? "") !== "")
  if (given === undefined) {
    return yield* usage("no database is named: set REFOLD_URL or DATABASE_URL, or give --url or --embedded")
  }
  return { _tag: "Server", url: Redacted.make(given) } satisfies Target
})

/** Fails if the folder has no database yet: a command that reads must not create one. */
export const requireFolder = (target: Target) =>
  target._tag === "Embedded" && !existsSync(join(target.dataDir, "PG_VERSION"))
    ? failed(`the folder ${target.dataDir} has no database: "refold migrate --embedded ${target.dataDir}" creates one`)
    : Effect.void
