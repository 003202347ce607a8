/** The command: its arguments in, its exit code out. Data goes to stdout, problems to stderr. */
import * as Path from "node:path"
import { createInterface } from "node:readline/promises"
import { type Flavour, help, parse } from "./Arguments.ts"
import { version } from "./Manifest.ts"
import * as Project from "./Project.ts"
import { askFlavour, askName } from "./Questions.ts"

/** Runs the command in the current folder. */
export const main = async (args: ReadonlyArray<string>): Promise<number> => {
  const request = parse(args)
  switch (request._tag) {
    case "Help":
      return print(help)
    case "Version":
      return print(`${version}\n`)
    case "Wrong":
      return wrong(request.line)
    case "Create": {
      const { flavour, name } = await complete(request.name, request.flavour)
      return name === undefined ? wrong("name the project: npm create refold my-app") : create(name, flavour)
    }
  }
}

const print = (text: string): number => {
  process.stdout.write(text)
  return 0
}

const wrong = (line: string): number => {
  process.stderr.write(`create-refold: ${line}\n`)
  return 2
}

/** Without a terminal there are no questions: the flavour is promises, and the name stays undefined. */
const complete = async (name: string | undefined, flavour: Flavour | undefined) => {
  if (!process.stdin.isTTY || !process.stdout.isTTY) return { name, flavour: flavour ?? "promise" } as const
  const terminal = createInterface(process.stdin, process.stdout)
  try {
    return { name: name ?? await askName(terminal, print), flavour: flavour ?? await askFlavour(terminal) }
  } finally {
    terminal.close()
  }
}

const create = (name: string, flavour: Flavour): number => {
  const folder = Path.resolve(name)
  if (!Project.isFree(folder)) return wrong(`the folder ${name} is there, and not empty: choose another name`)
  try {
    const files = Project.create(folder, name, flavour)
    return print(`Created ${name} with ${words[flavour]}: ${files.length} files.\n\n${next(name)}`)
  } catch (error) {
    process.stderr.write(`create-refold: ${error instanceof Error ? error.message : String(error)}\n`)
    return 1
  }
}

const words = { promise: "promises", effect: "Effect" } as const

const next = (name: string) =>
  `Next:
  cd ${name}
  npm install
  npm test
  npm start
`
