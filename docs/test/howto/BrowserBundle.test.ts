import { build } from "esbuild"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { expect, it } from "vitest"
import { root } from "../Quotes.ts"

// What the page "Use promises" says, in bytes.
const largest = { minified: 520_000, gzip: 172_000 }

it("a program with promises and the store in memory is bundled for the browser, below the size on the page", async () => {
  const { metafile, outputFiles: [file] } = await build({
    entryPoints: [join(root, "docs/test/howto/BrowserProgram.ts")],
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    metafile: true,
    write: false
  })
  // Nothing of Node's, and nothing that the browser would have to find elsewhere.
  expect(Object.values(metafile.outputs).flatMap(({ imports }) => imports)).toEqual([])
  const program = Buffer.from(file!.contents)
  expect(await import(`data:text/javascript;base64,${program.toString("base64")}`))
    .toMatchObject({ shown: { balance: 500, refused: true } })
  expect(program.length).toBeLessThanOrEqual(largest.minified)
  expect(gzipSync(program, { level: 9 }).length).toBeLessThanOrEqual(largest.gzip)
})
