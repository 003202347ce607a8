/** Runs an example as a program of its own, as its page tells the reader to. */
import { execFileSync } from "node:child_process"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { root } from "../Quotes.ts"

/** What `node …` prints. Throws where it fails. */
export const run = (
  args: ReadonlyArray<string>,
  { cwd = root, env = {} }: { readonly cwd?: string; readonly env?: Record<string, string> } = {}
): string => {
  // Options for this run's Node are not the reader's.
  const { NODE_OPTIONS: _, NODE_TEST_CONTEXT: __, ...own } = process.env
  return execFileSync(process.execPath, args, { cwd, encoding: "utf8", env: { ...own, ...env } })
}

/** What a page shows as the output. */
export const output = (name: string): string => Fs.readFileSync(Path.join(root, "docs/outputs", `${name}.txt`), "utf8")

/** Calls a function with a temporary folder. */
export const withFolder = <A>(use: (folder: string) => A): A => {
  const folder = Fs.realpathSync(Fs.mkdtempSync(Path.join(Os.tmpdir(), "refold-docs-")))
  try {
    return use(folder)
  } finally {
    Fs.rmSync(folder, { recursive: true })
  }
}
