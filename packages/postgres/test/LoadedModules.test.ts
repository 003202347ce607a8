// The modules that importing the store loads, on the built packages: each module adds about a millisecond to the start of a
// program.
import { execFileSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import { beforeAll, describe, expect, test } from "vitest"

/** The URLs of the modules that an import loads, in a separate process. */
const loadedBy = (specifier: string): ReadonlyArray<string> => {
  const program = `
    import { registerHooks } from "node:module"
    const loaded = []
    registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) })
    await import(${JSON.stringify(specifier)})
    process.stdout.write(JSON.stringify(loaded))`
  const cwd = fileURLToPath(new URL("..", import.meta.url))
  return JSON.parse(
    execFileSync(process.execPath, ["--input-type=module", "--eval", program], { cwd, encoding: "utf8" })
  )
}

/** A module in the form `effect/sql/SqlClient`: its package, and its path below `dist`. Node's own modules have none. */
const moduleOf = (url: string): string | undefined => {
  const [, own, path] = /\/packages\/(\w+)\/dist\/(.*)\.js$/.exec(url) ?? []
  if (own !== undefined) return `@refold/${own}/${path}`
  const [, name, file] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\/(?:dist\/)?(.*)\.\w+$/.exec(url) ?? []
  return name === undefined ? undefined : `${name}/${file}`
}

const modulesOf = (specifier: string): ReadonlyArray<string> =>
  loadedBy(specifier).flatMap((url) => moduleOf(url) ?? [])

const packageOf = (module: string): string => module.split("/").slice(0, module.startsWith("@") ? 2 : 1).join("/")

describe("importing @refold/postgres/PostgresStore", () => {
  let modules: ReadonlyArray<string>
  beforeAll(() => {
    modules = modulesOf("@refold/postgres/PostgresStore")
  })

  test("loads the driver, Effect and the store's own packages", () => {
    expect([...new Set(modules.map(packageOf))].toSorted())
      .toEqual(["@effect/sql-pg", "@refold/core", "@refold/postgres", "@refold/store", "effect"])
  })

  test("loads only modules of Effect and the driver that the driver's client loads, and one for random numbers", () => {
    const ofDriver = new Set(modulesOf("@effect/sql-pg/PgClient"))
    const beside = modules.filter((module) => !module.startsWith("@refold/") && !ofDriver.has(module))
    expect(beside).toEqual(["effect/Random"])
  })

  test("does not load migrations or the embedded database", () => {
    const unused = /^@refold\/postgres\/(embedded\/|schema\/internal\/(SqlText|Baseline|Migrations|StoreMigrations))/
    expect(modules.filter((module) => unused.test(module))).toEqual([])
  })

  test("loads no barrel", () => {
    expect(modules.filter((module) => module.endsWith("/index"))).toEqual([])
  })

  test("loads at most 114 modules of Refold", () => {
    const own = modules.filter((module) => module.startsWith("@refold/"))
    expect(own.length).toBeGreaterThan(40)
    expect(own.length).toBeLessThanOrEqual(114)
  })
})
