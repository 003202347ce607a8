import { afterAll, beforeAll, describe, expect, it, vi } from "vitest"
import type * as Law from "../../src/kit/Law.ts"
import * as Suite from "../../src/kit/Suite.ts"

const counted: Array<number | undefined> = []
const seeds: Array<number | undefined> = []

const property: Law.Property<never> = {
  law: "it records its options",
  check: ({ replay, runs }) => {
    counted.push(runs)
    seeds.push(replay?.seed)
    return Promise.resolve({ _tag: "Holds", law: "it records its options", runs: runs ?? 0 })
  }
}

describe("without variables", () => {
  beforeAll(() => {
    vi.stubEnv("REFOLD_RUNS", undefined)
    vi.stubEnv("REFOLD_SEED", undefined)
  })
  afterAll(() => void vi.unstubAllEnvs())
  Suite.pure("a suite by default", [property])
  Suite.pure("a suite with a number of runs", [property], { runs: 7 })
})

describe("with variables", () => {
  beforeAll(() => {
    vi.stubEnv("REFOLD_RUNS", "3")
    vi.stubEnv("REFOLD_SEED", "-12")
  })
  afterAll(() => void vi.unstubAllEnvs())
  Suite.pure("a suite with a number of runs", [property], { runs: 7 })
})

describe("with variables that are not numbers", () => {
  beforeAll(() => {
    vi.stubEnv("REFOLD_RUNS", "many")
    vi.stubEnv("REFOLD_SEED", "")
  })
  afterAll(() => void vi.unstubAllEnvs())
  Suite.pure("a suite with a number of runs", [property], { runs: 7 })
})

describe("a suite", () => {
  it("takes the number of runs from REFOLD_RUNS, then from its options", () => {
    expect(counted).toEqual([undefined, 7, 3, 7])
  })

  it("takes the seed from REFOLD_SEED", () => {
    expect(seeds).toEqual([undefined, undefined, -12, undefined])
  })
})
