/*
 * The common options of the test runs of all packages: files, timeouts, and one seed for all random tests of a run.
 */
import { randomInt } from "node:crypto"
import { globSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import type { TestUserConfig } from "vitest/config"
import { BaseSequencer, type TestSpecification } from "vitest/node"
import * as Soak from "../packages/postgres/test/support/Soak.ts"

const pattern = "test/**/*.test.ts"

/** The short soak runs the files that name a size for it. */
const files = (): Array<string> =>
  Soak.level === "short"
    ? globSync(pattern).filter((file) => /\bshort: [\d_]+/.test(readFileSync(file, "utf8")))
    : [pattern]

const minutes = 60_000

// Only for tests that hang: a machine may be slow and busy, and a full soak takes hours.
const timeout = Soak.level === "full" ? 180 * minutes : 30 * minutes

/** The options of every package. */
export const shared: TestUserConfig = {
  include: files(),
  passWithNoTests: true,
  setupFiles: [fileURLToPath(new URL("vitest.setup.ts", import.meta.url))],
  env: {
    REFOLD_SEED: process.env["REFOLD_SEED"] ?? `${randomInt(1_000_000_000)}`,
    // For the programs that tests start, each of which imports the same modules.
    NODE_COMPILE_CACHE: fileURLToPath(new URL("../node_modules/.cache/node-compile", import.meta.url)),
    ...(Soak.level === "full" ? { REFOLD_RUNS: process.env["REFOLD_RUNS"] ?? "500" } : {})
  },
  // The output of tests, such as warnings about planted failures, is shown only for failed tests.
  silent: "passed-only",
  testTimeout: timeout,
  hookTimeout: timeout,
  expect: { poll: { timeout: 5 * minutes } }
}

/** The options of a package whose tests need a PostgreSQL server. */
export const withServer: TestUserConfig = {
  ...shared,
  globalSetup: [fileURLToPath(new URL("../packages/postgres/test/support/globalSetup.ts", import.meta.url))]
}

/** Starts the files with these names first: a long one that starts last leaves the other workers without work. */
export const startingWith = (names: ReadonlyArray<string>): NonNullable<TestUserConfig["sequence"]> => ({
  sequencer: class extends BaseSequencer {
    override async sort(files: Array<TestSpecification>): Promise<Array<TestSpecification>> {
      const place = ({ moduleId }: TestSpecification) => {
        const found = names.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`))
        return found === -1 ? names.length : found
      }
      // `sort` is the sequencer's method, not that of an array.
      // oxlint-disable-next-line unicorn/no-array-sort
      return (await super.sort(files)).toSorted((one, other) => place(one) - place(other))
    }
  }
})
