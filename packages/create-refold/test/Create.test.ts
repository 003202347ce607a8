// The command as a process, in an empty folder and without a terminal.
import { spawnSync } from "node:child_process"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { afterEach, beforeEach, expect, it } from "vitest"

const bin = Path.join(import.meta.dirname, "../dist/internal/bin.js")
let folder = ""
beforeEach(() => {
  folder = Fs.mkdtempSync(Path.join(Os.tmpdir(), "refold-create-"))
})
afterEach(() => Fs.rmSync(folder, { recursive: true }))

const run = (...args: ReadonlyArray<string>) => {
  const { status, stderr, stdout } = spawnSync(process.execPath, [bin, ...args], { cwd: folder, encoding: "utf8" })
  return { status, stderr, stdout }
}
const filesIn = (name: string) =>
  Fs.readdirSync(Path.join(folder, name), { recursive: true, encoding: "utf8" }).toSorted()
const read = (path: string) => Fs.readFileSync(Path.join(folder, path), "utf8")

it("both flavours have the same files, and differ in the service, the program and their test", () => {
  expect(run("one").status).toBe(0)
  expect(run("two", "--effect").status).toBe(0)
  expect(filesIn("two")).toEqual(filesIn("one"))
  const isFile = (path: string) => Fs.statSync(Path.join(folder, "one", path)).isFile()
  const differing = filesIn("one").filter(isFile)
    .filter((path) => read(`one/${path}`).replaceAll("one", "two") !== read(`two/${path}`).replaceAll("one", "two"))
  expect(differing).toEqual(["src/Service.ts", "src/main.ts", "test/Service.test.ts"])
})

it("no placeholder is left, and the name is that of the package", () => {
  run("one")
  expect(JSON.parse(read("one/package.json"))).toMatchObject({ name: "one", private: true })
  const texts = filesIn("one").filter((path) => Path.extname(path) !== "" || path.endsWith("file"))
    .filter((path) => Fs.statSync(Path.join(folder, "one", path)).isFile()).map((path) => read(`one/${path}`))
  expect(texts.length).toBeGreaterThan(20)
  expect(texts.filter((text) => /(?<!\$)\{\{/.test(text))).toEqual([])
  expect(filesIn("one")).toEqual(expect.arrayContaining([".dockerignore", ".gitignore", "Dockerfile", "compose.yaml"]))
})

it("without a terminal there are no questions: without a name the command is refused", () => {
  expect(run()).toEqual({
    status: 2,
    stdout: "",
    stderr: "create-refold: name the project: npm create refold my-app\n"
  })
  expect(Fs.readdirSync(folder)).toEqual([])
})

it("a folder that is not empty is refused, and left as it is", () => {
  Fs.mkdirSync(Path.join(folder, "one"))
  Fs.writeFileSync(Path.join(folder, "one/notes.txt"), "mine")
  const line = "create-refold: the folder one is there, and not empty: choose another name\n"
  expect(run("one")).toEqual({ status: 2, stdout: "", stderr: line })
  expect(filesIn("one")).toEqual(["notes.txt"])
})

it("a file or a dangling link of the name is refused", () => {
  Fs.writeFileSync(Path.join(folder, "one"), "mine")
  Fs.symlinkSync("nowhere", Path.join(folder, "two"))
  expect([run("one").status, run("two").status]).toEqual([2, 2])
})

it("an empty folder is used", () => {
  Fs.mkdirSync(Path.join(folder, "one"))
  expect(run("one").status).toBe(0)
})

it("--help has examples and exit codes, --version the version of the package", () => {
  expect(run("--help")).toMatchObject({
    status: 0,
    stdout: expect.stringContaining("npm create refold my-app -- --effect")
  })
  const { version } = JSON.parse(Fs.readFileSync(new URL("../package.json", import.meta.url), "utf8"))
  expect(run("--version")).toEqual({ status: 0, stderr: "", stdout: `${version}\n` })
})
