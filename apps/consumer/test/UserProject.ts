/** A project of a user, outside of the workspace: a folder with the programs of `project/`, in which commands are run. */
import { execFileSync, spawnSync } from "node:child_process"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { published, root } from "./Published.ts"

/** How a command ended, and what it printed. */
export interface Outcome {
  readonly exit: number | null
  readonly printed: string
}

/** The project. */
export interface UserProject {
  readonly folder: string
  /** Runs a program in it. */
  readonly run: (program: string, options: ReadonlyArray<string>) => Outcome
  /** The environment in which programs run. */
  readonly env: NodeJS.ProcessEnv
  /** Writes a file into it. */
  readonly write: (name: string, text: string) => void
  readonly remove: () => void
}

/** Makes the project, without any package. */
export const make = (): UserProject => {
  // Its real path: TypeScript compares the paths of what it is given with those that links lead to.
  const folder = Fs.realpathSync(Fs.mkdtempSync(Path.join(Os.tmpdir(), "refold-consumer-")))
  Fs.cpSync(Path.join(root, "apps/consumer/project"), folder, { recursive: true })
  const write = (name: string, text: string): void => Fs.writeFileSync(Path.join(folder, name), text)
  return { folder, write, run: run(folder), env: environment(), remove: () => Fs.rmSync(folder, { recursive: true }) }
}

// Options for this run's Node, like the workspace's loader, are not the project's.
const environment = (): NodeJS.ProcessEnv => {
  const { NODE_OPTIONS: _, NODE_TEST_CONTEXT: __, ...env } = process.env
  return env
}

const run = (folder: string): UserProject["run"] => (program, options) => {
  const { status, stderr, stdout } = spawnSync(program, options, { cwd: folder, encoding: "utf8", env: environment() })
  return { exit: status, printed: stdout + stderr }
}

/** The compiler, as an argument of Node. */
export const tsc = ["node_modules/typescript/bin/tsc", "-p", "."]

/** The command `refold`, as an argument of Node. */
export const refold = "node_modules/@refold/cli/dist/internal/bin.js"

/** The compiler options of the project. */
export const compilerOptions = {
  target: "ES2022",
  lib: ["ES2024", "DOM", "ESNext.Disposable"],
  module: "NodeNext",
  types: ["node"],
  strict: true,
  skipLibCheck: false
}

/** The examples of the packages' READMEs, and what they import. */
export const examples = ["Counter.ts", "Promised.ts", "Folded.ts", "InMemory.ts", "Stored.ts", "Served.ts"]

/** What `examples.mjs` prints. */
export const examplesPrinted = `${
  JSON.stringify({ core: [7, "Failure"], memory: [3, 1], postgres: [3, 1], http: 200 })
}\n`

/** The Node that runs users' programs: `REFOLD_NODE`, or the oldest on this machine that the packages promise to run on. */
export const oldestNode = (): string => process.env["REFOLD_NODE"] ?? oldestInPath()

const oldestInPath = (): string => {
  const major = (path: string): number =>
    Number(/^v(\d+)/.exec(execFileSync(path, ["--version"], { encoding: "utf8" }))?.[1])
  return [process.execPath, ...(process.env["PATH"] ?? "").split(Path.delimiter).map((path) => Path.join(path, "node"))]
    .filter((path) => Fs.existsSync(path) && major(path) >= 20)
    .toSorted((one, other) => major(one) - major(other))[0]!
}

/** The modules that users can import, by what they write in an import. */
const publicModules = (folder: string): ReadonlyArray<string> =>
  published.flatMap(({ manifest: { name } }) => {
    const at = Path.join(folder, "node_modules", name)
    const indexFile = Path.join(at, "src/index.ts")
    // A package of a command alone has no modules.
    if (!Fs.existsSync(indexFile)) return []
    const index = Fs.readFileSync(indexFile, "utf8")
    // What an earlier build of a checkout left in dist has no source any more.
    const hasSource = (path: string) =>
      Fs.existsSync(Path.join(at, `src/${path}.ts`)) || index.includes(` ${path} from`)
    return Fs.globSync("**/*.d.ts", { cwd: Path.join(at, "dist") })
      .map((path) => path.replaceAll("\\", "/").slice(0, -".d.ts".length))
      .filter((path) => !path.split("/").includes("internal") && hasSource(path))
      .map((path) => path === "index" ? name : `${name}/${path}`)
  })

/** Writes `all.ts`, which imports every public module, and returns their number. */
export const writeAllModules = ({ folder, write }: UserProject): number => {
  const modules = publicModules(folder)
  write("all.ts", modules.map((name, index) => `export * as m${index} from "${name}"\n`).join(""))
  return modules.length
}
