import * as Result from "effect/Result"
import { describe, expect, it } from "vitest"
import { choose } from "../../src/speed/Choose.ts"
import * as Cli from "../../src/speed/Cli.ts"

const problemOf = (...args: ReadonlyArray<string>): string | undefined => {
  const result = Result.flatMap(Cli.parse(args), choose)
  return Result.isFailure(result) ? result.failure.message : undefined
}

const chosenBy = (...args: ReadonlyArray<string>) => Result.getOrThrow(Result.flatMap(Cli.parse(args), choose))

describe("the command line of the benchmark", () => {
  it("measures everything in at least five rounds without options, and in three with --quick", () => {
    expect(Result.getOrThrow(Cli.parse([]))).toMatchObject({ scale: { isQuick: false, isHuge: false, rounds: 5 } })
    expect(Result.getOrThrow(Cli.parse(["--quick"])).scale.rounds).toBe(3)
  })

  it("compares a quick run with the nearest stores, unless stores are named", () => {
    const stores = (...args: ReadonlyArray<string>) => [
      ...new Set(chosenBy("--quick", ...args).flatMap(({ cells }) => cells.map(({ peer }) => peer)))
    ]
    expect(stores()).toEqual(["refold", "raw", "castore", "emmett", "refold-memory", "castore-memory", "emmett-memory"])
    expect(stores("--peer", "act")).toEqual(["refold", "act", "refold-memory"])
  })

  it.each([
    [["--only", "apend"], "--only apend fits none of append-1"],
    [["--peer", "marten"], "--peer marten is none of refold, raw"],
    [["--rounds", "0"], "--rounds must be a whole number of 1 or more"],
    [["--fast"], "Unknown option '--fast'"]
  ])("%j is refused by name", (args, problem) => {
    expect(problemOf(...args)).toContain(problem)
  })

  it("selects groups by the beginning of their names, and Refold with any store", () => {
    const groups = chosenBy("--only", "append", "--only", "visible", "--peer", "raw")
    expect(groups.map(({ name }) => name)).toEqual(["append-1", "append-16", "append-64", "append-256", "visible"])
    expect(groups.map(({ cells }) => cells.map(({ peer }) => peer))).toEqual(groups.map(() => ["refold", "raw"]))
  })

  it("fills the log of five million events only with --huge", () => {
    const sizes = (...args: ReadonlyArray<string>) =>
      chosenBy("--only", "growth", ...args)[0]!.cells.map(({ size }) => size.events)
    expect(Math.max(...sizes())).toBe(1_000_000)
    expect(Math.max(...sizes("--huge"))).toBe(5_000_000)
  })
})
