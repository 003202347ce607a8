// The project of `npm create refold` compiles, passes its tests and serves, with the packed packages and nothing else.
import * as Fs from "node:fs"
import * as Path from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import * as CreatedProject from "./CreatedProject.ts"
import * as PackedProject from "./PackedProject.ts"

// One installation for both projects: Node looks for packages in the folders above, too.
const packed = PackedProject.make({ optionalPeers: true })
afterAll(packed.remove)

const output = (name: string): string =>
  Fs.readFileSync(new URL(`../../../docs/outputs/${name}.txt`, import.meta.url), "utf8")

const manifestOf = (path: string) => JSON.parse(Fs.readFileSync(Path.join(packed.folder, path, "package.json"), "utf8"))

const nodes = [...new Set([process.execPath, PackedProject.oldestNode()])]

describe.each([
  { name: "my-app", flags: [], shown: "start-template" },
  { name: "my-effects", flags: ["--effect"], shown: undefined }
])("the project that create-refold makes with the flags $flags", ({ flags, name, shown }) => {
  const folder = Path.join(packed.folder, name)
  const bin = "node_modules/create-refold/dist/internal/bin.js"
  const created = packed.run(PackedProject.oldestNode(), [bin, name, ...flags])

  it("is created, and the next commands are printed as Start shows them", () => {
    expect(created.exit).toBe(0)
    expect(created.printed).toBe(shown === undefined ? created.printed : output(shown))
  })

  it("depends on the versions that it was tested with", () => {
    const { dependencies, devDependencies } = manifestOf(name)
    for (const [dependency, version] of Object.entries({ ...dependencies, ...devDependencies })) {
      expect({ dependency, version: manifestOf(`node_modules/${dependency}`).version }).toEqual({ dependency, version })
    }
  })

  it.each(nodes)(
    "passes its tests, serves on the embedded database until SIGTERM, and sends its traces, on %s",
    async (node) => {
      const tested = await CreatedProject.runScript("test", folder, node, packed.env)
      expect(tested).toMatchObject({ exit: 0, printed: expect.stringMatching(/^. pass 9$/m) })

      const { close, paths, url } = await CreatedProject.collect()
      const env = { ...packed.env, OTEL_EXPORTER_OTLP_ENDPOINT: url }
      const { ask, stop } = await CreatedProject.start(folder, node, env)
      try {
        expect(await ask("/seat/12A/Hold", { guest: "ada" })).toMatchObject({ status: 200, body: { version: 1 } })
        expect(await ask("/seat/12A/Hold", { guest: "bob" })).toMatchObject({ status: 422 })
        const { body } = await ask("/rows/guests/ada?after=1")
        expect(`${JSON.stringify(body)}\n`).toBe(output("start-template-row"))
        expect(await ask("/ready")).toMatchObject({ status: 200 })
      } finally {
        expect(await stop()).toMatch(/^Closed\.$/m)
        close()
      }
      expect([...paths]).toContain("/v1/traces")
    }
  )
})
