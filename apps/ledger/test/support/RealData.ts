// Real transactions, where there are some: in the folder BERKA_DATA names, or beside the repository.
import { existsSync, readdirSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const beside = dirname(fileURLToPath(new URL("../../../..", import.meta.url)))

const find = (): string | undefined =>
  readdirSync(beside)
    .map((name) => join(beside, name, "data", "berka"))
    .find((candidate) => existsSync(join(candidate, "trans.asc")))

// A named folder that does not exist is a failure, not a reason to skip.
const named = process.env["BERKA_DATA"] ?? ""
/** The folder; undefined if there is none. */
export const folder = named === "" ? find() : named

/** The reason why a test is skipped. */
export const absent = "no real transactions here: set BERKA_DATA to a folder that has them"
