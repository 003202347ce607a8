import { Effect } from "effect"
import { join } from "node:path"
import { expect, it } from "vitest"
import { freshDatabase } from "../../../packages/postgres/test/support/freshDatabase.ts"
import { bundle } from "../../examples/howto/Bundle.ts"
import { root } from "../Quotes.ts"
import { run, withFolder } from "../support/Program.ts"

const program = join(root, "docs/test/howto/BundledProgram.ts")

/** The sources in the files that the bundled program loads whenever it starts. */
const loadedAtStart = ({ metafile: { outputs } }: Awaited<ReturnType<typeof bundle>>): ReadonlyArray<string> => {
  const reached = Object.keys(outputs).filter((file) => outputs[file]!.entryPoint?.endsWith("BundledProgram.ts"))
  for (const file of reached) {
    const imported = outputs[file]!.imports.filter(({ external, kind }) => kind === "import-statement" && !external)
    reached.push(...imported.map(({ path }) => path).filter((path) => !reached.includes(path)))
  }
  return reached.flatMap((file) => Object.keys(outputs[file]!.inputs))
}

it("a bundled program runs on a server, and loads migrations only if one is due", () =>
  withFolder((folder) =>
    Effect.runPromise(Effect.scoped(Effect.gen(function*() {
      const sources = loadedAtStart(yield* Effect.promise(() => bundle(program, folder)))
      expect(sources.filter((source) => source.includes("PostgresStore"))).toHaveLength(1)
      expect(sources.filter((source) => /SqlText|\/Migrations\./.test(source))).toEqual([])
      const env = { DATABASE_URL: yield* freshDatabase() }
      const print = () => run([join(folder, "BundledProgram.mjs")], { env }).trim().split("\n").at(-1)
      // The first run migrates.
      expect([print(), print()]).toEqual(["5", "10"])
    })))
  ))
