// The options of a process runner: their defaults, and their rules.
import { type Options, resolve } from "@refold/store/internal/process/RunnerOptions"
import type { Services } from "@refold/store/process/ProcessHandler"
import * as ProcessRunner from "@refold/store/process/ProcessRunner"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { describe, expect, it } from "vitest"
import { handlers, jars, payments, run, transfers } from "../../support/Transferring.ts"

const process = payments()

describe("the options of a process runner", () => {
  it("have these defaults", () => {
    expect(Result.getOrThrow(resolve(process, { handlers }))).toEqual({
      handlers,
      batchSize: 200,
      commandAttempts: 3,
      commandTimeout: Duration.seconds(30),
      concurrency: 8,
      observers: 1,
      pollInterval: Duration.seconds(1)
    })
  })

  it("are kept as they are given", () => {
    const options = { handlers: [jars], batchSize: 1, commandAttempts: 1, concurrency: 1, observers: 1 }
    const resolved = resolve(process, { ...options, commandTimeout: "1 millis", pollInterval: "1 minute" })
    expect(Result.getOrThrow(resolved)).toEqual({
      ...options,
      commandTimeout: Duration.millis(1),
      pollInterval: Duration.minutes(1)
    })
  })

  const counts = ["batchSize", "commandAttempts", "concurrency", "observers"].flatMap((field) =>
    [0, -1, 1.5, NaN, Infinity].map((value) => [field, value, "must be a whole number from 1"] as const)
  )
  const durations = ["commandTimeout", "pollInterval"].flatMap((field) =>
    [0, -1, 0.5, NaN, "soon"].map((value) => [field, value, "must be at least a millisecond"] as const)
  )
  it.each([...counts, ...durations])("are refused if %s is %s", async (field, value, rule) => {
    // A value that the type may not allow, as from untyped code.
    const options = { handlers, [field]: value } as Options<Services>
    expect(Result.merge(resolve(process, options))).toMatchObject({ _tag: "InvalidInput", field, rule })
    for (const runner of [ProcessRunner.run, ProcessRunner.start, ProcessRunner.catchUp]) {
      expect(await run(Effect.flip(runner(process, options)))).toMatchObject({ _tag: "InvalidInput", field })
    }
  })

  it("are refused without handlers", () => {
    // As from untyped code.
    const options = {} as Options<Services>
    expect(Result.merge(resolve(process, options))).toMatchObject({
      _tag: "InvalidInput",
      field: "handlers",
      rule: "must be an array with a handler for each target"
    })
  })

  it("are refused if a target has no handler", () => {
    expect(Result.merge(resolve(process, { handlers: [transfers] }))).toMatchObject({
      _tag: "InvalidInput",
      field: "handlers",
      rule: "must have one for category \"jar\""
    })
  })
})
