import { Effect } from "effect"
import { describe, expect, it } from "vitest"
import { claim, note, type Objective } from "../src/Course.ts"
import * as Expected from "../src/Expected.ts"
import * as RunCourse from "../src/RunCourse.ts"

const run = async (objectives: ReadonlyArray<Objective<never>>) => {
  const lines: Array<string> = []
  const course = { name: "planted", title: "Planted", objectives }
  const ok = await Effect.runPromise(RunCourse.run(course, (text) => Effect.sync(() => void lines.push(text))))
  return { ok, text: lines.join("\n") }
}

const good: Objective<never> = { name: "good", run: Effect.succeed([claim("one is one", true), note("a figure")]) }

describe("a course", () => {
  it("succeeds when every claim holds", async () => {
    const { ok, text } = await run([good])
    expect(ok).toBe(true)
    expect(text).toContain("ok   one is one")
  })

  it("fails if one claim does not hold, and continues with the next objective", async () => {
    const { ok, text } = await run([{ name: "bad", run: Effect.succeed([claim("one is two", false)]) }, good])
    expect(ok).toBe(false)
    expect(text).toContain("FAIL one is two")
    expect(text).toContain("1 of 2 checks FAILED")
  })

  it("fails when an objective ends early, or expects a failure that does not come", async () => {
    const refused = Expected.failureOf(Effect.succeed(1))
    const { ok, text } = await run([good, { name: "ends", run: Effect.as(refused, []) }])
    expect(ok).toBe(false)
    expect(text).toContain("ended early: the exercise expects a failure at this point, and there was none")
  })

  it("fails without any claim", async () => {
    expect((await run([{ name: "none", run: Effect.succeed([note("nothing is checked")]) }])).ok).toBe(false)
  })
})
