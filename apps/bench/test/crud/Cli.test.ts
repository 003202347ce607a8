import * as Result from "effect/Result"
import { expect, it } from "vitest"
import * as Cli from "../../src/crud/Cli.ts"

const problemOf = (...args: ReadonlyArray<string>) =>
  Result.match(Cli.parse(args), { onSuccess: () => undefined, onFailure: ({ problem }) => problem })

it("numbers are read, and those that are not given are left out", () => {
  expect(Result.getOrThrow(Cli.parse(["--json", "--rounds", "3"]))).toEqual({
    json: true,
    help: false,
    sizes: { rounds: 3 }
  })
  expect(Result.getOrThrow(Cli.parse(["-h"]))).toEqual({ json: false, help: true, sizes: {} })
})

it("bad input is refused with the option and the rule", () => {
  expect(problemOf("--accounts", "1")).toBe("--accounts must be a whole number of 2 or more")
  expect(problemOf("--clients", "0")).toBe("--clients must be a whole number of 1 or more")
  expect(problemOf("--rounds", "many")).toBe("--rounds must be a whole number of 1 or more")
  expect(problemOf("--rounds", "")).toBe("--rounds must be a whole number of 1 or more")
  expect(problemOf("--fast")).toMatch(/--fast/)
})
