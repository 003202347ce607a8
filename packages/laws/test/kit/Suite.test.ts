import { afterAll, beforeAll, describe, expect, it, vi } from "vitest"
import type * as Law from "../../src/kit/Law.ts"
import * as Suite from "../../src/kit/Suite.ts"

const counted: Array<number | undefined> = []
const seeds: Array<number | undefined> = []

const property: Law.Property<never> = {
  law: "it tells how often it runs",
  check: ({ replay, runs }) => {
    counted.push(runs)
    seeds.push(replay?.seed)
    return Promise.resolve({ _tag: "Holds", law: "it tells how often it runs", runs: runs ?? 0 })
  }
}

Suite.pure("a suite by default", [property])
Suite.pure("a suite with runs of its own", [property], { runs: 7 })
describe("in an environment", () => {
  beforeAll(() => void vi.stubEnv("REFOLD_RUNS", "3"))
  afterAll(() => void vi.unstubAllEnvs())
  Suite.pure("a suite under REFOLD_RUNS", [property], { runs: 7 })
})

describe("in an environment of nonsense", () => {
  beforeAll(() => void vi.stubEnv("REFOLD_RUNS", "nonsense"))
  afterAll(() => void vi.unstubAllEnvs())
  Suite.pure("a suite under a REFOLD_RUNS that is no number", [property], { runs: 7 })
})

describe("in an environment with a seed", () => {
  beforeAll(() => void vi.stubEnv("REFOLD_SEED", "42"))
  afterAll(() => void vi.unstubAllEnvs())
  Suite.pure("a suite under REFOLD_SEED", [property], { runs: 7 })
})

describe("in an environment without a seed", () => {
  beforeAll(() => void vi.stubEnv("REFOLD_SEED", ""))
  afterAll(() => void vi.unstubAllEnvs())
  Suite.pure("a suite without a seed", [property], { runs: 7 })
})

describe("a suite", () => {
  it("takes the seed of the environment", () => {
    expect(seeds.slice(-2)).toEqual([42, undefined])
  })

  it("runs each law as often as the environment, else the suite, else the law says", () => {
    expect(counted).toEqual([undefined, 7, 3, 7, 7, 7])
  })
})
