/** Asks on a terminal for missing arguments. */
import type { Interface } from "node:readline/promises"
import type { Flavour } from "./Arguments.ts"
import { problemOf } from "./ProjectName.ts"

/** Asks for a name until it is valid, and shows why a name is not; Enter alone is `my-app`. */
export const askName = async (terminal: Interface, show: (text: string) => void): Promise<string> => {
  for (;;) {
    const name = (await terminal.question("Name of the project (my-app): ")).trim() || "my-app"
    const problem = problemOf(name)
    if (problem === undefined) return name
    show(`${problem}\n`)
  }
}

/** Asks for the flavour; Enter alone is promises. */
export const askFlavour = async (terminal: Interface): Promise<Flavour> => {
  const answer = await terminal.question("Promises or Effect? (P/e): ")
  return /^e/i.test(answer.trim()) ? "effect" : "promise"
}
