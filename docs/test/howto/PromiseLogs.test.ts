import { Effect } from "effect"
import { expect, it, vi } from "vitest"
import { open } from "../../examples/howto/PromiseLogs.ts"

it("a store with promises logs at the level and with the logger of its layer", async () => {
  const lines: Array<unknown> = []
  const console = vi.spyOn(globalThis.console, "log").mockImplementation((line: unknown) => void lines.push(line))
  await using store = await open()
  await store.effect(Effect.logDebug("look here"))
  console.mockRestore()
  expect(lines.map((line) => JSON.parse(String(line)))).toMatchObject([{ level: "DEBUG", message: "look here" }])
})
