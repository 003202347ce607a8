import { execFileSync } from "node:child_process"
import { globSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"
import { arrows, homeless, importsOf, unexpectedAtTop, violation } from "./Arrows.ts"

const root = fileURLToPath(new URL("../../..", import.meta.url))

const sources = globSync(["packages/*/src/**/*.ts", "apps/*/src/**/*.ts"], { cwd: root })
  .map((file) => file.replaceAll("\\", "/"))

const tracked = (): ReadonlyArray<string> => {
  try {
    // The checkout may belong to another user than the tests' process.
    return execFileSync("git", ["-c", "safe.directory=*", "ls-files"], { cwd: root, encoding: "utf8", stdio: "pipe" })
      .split("\n").filter((path) => path !== "")
  } catch {
    return []
  }
}

describe("the architecture", () => {
  it("finds sources in every package", () => {
    const homes = new Set(sources.map((file) => file.split("/").slice(0, 2).join("/")))
    expect([...homes].toSorted()).toEqual(Object.keys(arrows).filter((home) => homes.has(home)).toSorted())
    expect([...homes]).toEqual(expect.arrayContaining(["packages/core", "packages/store", "packages/laws"]))
  })

  it("allows every import in the repository", () => {
    const imports = sources.flatMap((file) => importsOf(file, readFileSync(`${root}/${file}`, "utf8")))
    expect(imports.length).toBeGreaterThan(0)
    expect(imports.map(violation).filter((reason) => reason !== undefined)).toEqual([])
  })

  it("has a room for each source file of a package", () => {
    const files = sources.filter((file) => file.startsWith("packages/"))
    expect(files.map(homeless).filter((reason) => reason !== undefined)).toEqual([])
    expect(homeless("packages/core/src/helpers/Text.ts")).toContain("helpers")
  })

  it.skipIf(tracked().length === 0)("allows only known names at the top level", () => {
    expect(strangers(tracked())).toEqual([])
  })

  it("pins third-party actions by the digest of their commit", () => {
    const used = globSync(".github/workflows/*.yml", { cwd: root })
      .flatMap((file) =>
        [...readFileSync(`${root}/${file}`, "utf8").matchAll(/uses: *(\S+)/g)].map(([, name]) => name!)
      )
    expect(used.length).toBeGreaterThan(0)
    expect(used.filter((name) => !/^(\.\/|.*@[0-9a-f]{40}$)/.test(name))).toEqual([])
  })

  it("finds an unknown name at the top level", () => {
    expect(strangers([".ci/run", "README.md", "packages/core/package.json", "notes.txt", "lib/a.ts", "lib/b.ts"]))
      .toEqual(["notes.txt", "lib"])
  })
})

describe("an import that breaks a rule is refused with the reason", () => {
  it.each([
    ["packages/core/src/Event.ts", "effect", "never its barrel"],
    ["packages/core/src/Event.ts", "effect/Effect", "data modules only"],
    ["packages/core/src/Event.ts", "effect/Layer", "data modules only"],
    ["packages/core/src/Event.ts", "effect/Context", "data modules only"],
    ["packages/core/src/Event.ts", "effect/Stream", "data modules only"],
    ["packages/core/src/Event.ts", "effect/Clock", "data modules only"],
    ["packages/core/src/Event.ts", "effect/Random", "data modules only"],
    ["packages/core/src/Event.ts", "node:crypto", "Node's own modules"],
    ["packages/core/src/Event.ts", "@refold/store", "no arrow leads from packages/core to packages/store"],
    ["packages/core/src/Event.ts", "@refold/core/Json", "relative paths"],
    ["packages/core/src/Event.ts", "fast-check", "may not depend on fast-check"],
    ["packages/core/src/Event.ts", "../../store/src/EventStore.ts", "leaves packages/core"],
    ["packages/core/src/internal/a.ts", "../../test/Sample.ts", "only sources"],
    ["packages/core/src/event/Event.ts", "../decide/Decider.ts", "room event comes before room decide"],
    ["packages/store/src/log/internal/a.ts", "../../project/Projector.ts", "room log comes before room project"],
    ["packages/memory/src/log/Log.ts", "../MemoryStore.ts", "combine rooms"],
    ["packages/store/src/EventStore.ts", "effect", "never its barrel"],
    ["packages/store/src/EventStore.ts", "@refold/memory/EventStore", "to packages/memory"],
    ["apps/ledger/src/main.ts", "@refold/core/internal/event/Json", "internals of core"],
    ["packages/refold/src/index.ts", "@refold/postgres/PostgresStore", "to packages/postgres"],
    ["packages/memory/src/EventStore.ts", "@refold/postgres", "to packages/postgres"],
    ["packages/memory/src/EventStore.ts", "@refold/laws", "to packages/laws"],
    ["packages/memory/src/EventStore.ts", "@effect/sql-pg/PgClient", "may not depend on @effect/sql-pg"],
    ["packages/postgres/src/EventStore.ts", "@refold/memory", "to packages/memory"],
    ["packages/postgres/src/EventStore.ts", "testcontainers", "may not depend on testcontainers"],
    ["packages/laws/src/EventStoreSuite.ts", "@refold/postgres", "to packages/postgres"],
    ["packages/postgres/src/EventStore.ts", "@refold/cli", "to packages/cli"],
    ["packages/cli/src/internal/main.ts", "@effect/sql-pg/PgClient", "may not depend on @effect/sql-pg"],
    ["apps/ledger/src/main.ts", "@refold/laws/Spec", "to packages/laws"],
    ["apps/ledger/src/main.ts", "../../bench/src/main.ts", "leaves apps/ledger"],
    ["packages/extra/src/a.ts", "effect/Option", "not in the table"],
    ["packages/core/src/Event.ts", undefined, "in a literal"]
  ])("%s importing %s", (file, specifier, reason) => {
    const refusal = violation({ file, specifier })
    expect(refusal).toContain(file)
    expect(refusal).toContain(specifier ?? "computed")
    expect(refusal).toContain(reason)
  })

  it.each([
    ["packages/core/src/Event.ts", "effect/Schema"],
    ["packages/core/src/Event.ts", "./Json.ts"],
    ["packages/core/src/event/internal/a.ts", "../Json.ts"],
    ["packages/core/src/decide/Decider.ts", "../event/internal/Json.ts"],
    ["packages/memory/src/MemoryStore.ts", "./log/internal/Log.ts"],
    ["packages/store/src/EventStore.ts", "@refold/core/internal/journal/Keys"],
    ["apps/ledger/src/main.ts", "refold"],
    ["packages/store/src/EventStore.ts", "effect/Effect"],
    ["packages/store/src/EventStore.ts", "@refold/core/Journal"],
    ["packages/postgres/src/EventStore.ts", "effect/sql/SqlClient"],
    ["packages/postgres/src/EventStore.ts", "@effect/sql-pg/PgClient"],
    ["packages/laws/src/EventStoreSuite.ts", "fast-check"],
    ["apps/ledger/src/main.ts", "@refold/postgres/EventStore"]
  ])("%s importing %s is allowed", (file, specifier) => {
    expect(violation({ file, specifier })).toBeUndefined()
  })
})

describe("the scanner", () => {
  const found = (source: string) => importsOf("a.ts", source).map(({ specifier }) => specifier)

  it.each([
    [`import * as A from "a"`, ["a"]],
    [`import type { A } from 'a'`, ["a"]],
    [`import {\n  type A,\n  B\n} from "a"`, ["a"]],
    [`import "a"`, ["a"]],
    [`export * as A from "a"`, ["a"]],
    [`export type { A } from "a"`, ["a"]],
    [`const a = 1\nexport { a }\nexport { b } from "b"`, ["b"]],
    [`const a = await import("a")`, ["a"]],
    ["const a = await import(`a`)", ["a"]],
    [`const a = await import(name)`, [undefined]],
    [`type A = import("a").A`, ["a"]],
    [`const a = require("a")`, ["a"]],
    [`const glob = "x/*"; import("a") // import "b"\n/* import "c" */ const s = 'import "d"'`, ["a"]],
    [`const here = import.meta.url`, []]
  ])("finds the imports of %j", (source, expected) => {
    expect(found(source)).toEqual(expected)
  })
})
