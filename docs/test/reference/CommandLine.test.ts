import { Effect } from "effect"
import { expect, it } from "vitest"
import * as Help from "../../../packages/cli/test/support/Help.ts"
import { page, withoutPadding } from "./Page.ts"

it("the page has every command with its arguments and flags, as the command's own help has them", async () => {
  const [, onPage = ""] = page("command-line").split(/<!-- (?:end of )?commands -->/)
  expect(withoutPadding(onPage)).toBe(withoutPadding(await Effect.runPromise(Help.reference)))
})
