// The barrel re-exports the public modules of three packages, and each of them can also be imported alone.
import * as fs from "node:fs"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"

const root = fileURLToPath(new URL("../../..", import.meta.url))

const publicModules = ["core", "store", "memory"].flatMap((name) =>
  fs.globSync("**/*.ts", { cwd: `${root}/packages/${name}/src` })
    .map((path) => path.replaceAll("\\", "/").slice(0, -".ts".length))
    .filter((path) => path !== "index" && !path.split("/").includes("internal"))
    .map((path) => `@refold/${name}/${path}`)
)

describe("refold", () => {
  it("re-exports every public module of core, store and memory under its own name, and nothing else", async () => {
    const expected = publicModules.map((path) => path.split("/").at(-1)!).toSorted()
    expect(expected.length).toBeGreaterThan(30)
    expect(Object.keys(await import("refold")).toSorted()).toEqual(expected)
  })

  it.each(publicModules)("%s can be imported alone", async (path) => {
    const alone: object = await import(`refold/${path.split("/").at(-1)}`)
    expect(alone).toEqual(await import(path))
  })
})
