// The programs of the playground are those of the pages, and run under Node, too.
import * as Fs from "node:fs"
import * as Path from "node:path"
import { expect, it } from "vitest"
import { examples } from "../../playground/Examples.ts"
import * as Followed from "../support/Followed.ts"
import { output, run, withFolder } from "../support/Program.ts"
import { example, outputs } from "./Run.ts"

it("each example has an output on a page", () => {
  expect(outputs.map(([name]) => name)).toEqual([...examples.keys()])
})

it.each(outputs)("the example %s prints under Node what its page shows", (name, shown) => {
  const { entry, files } = example(name)
  withFolder((folder) => {
    Followed.prepare(folder)
    for (const { name, text } of files) Fs.writeFileSync(Path.join(folder, name), text)
    expect(run([entry], { cwd: folder })).toBe(output(shown))
  })
})
