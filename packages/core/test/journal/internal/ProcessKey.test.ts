import { expect, it } from "vitest"
import * as ProcessKey from "../../../src/journal/internal/ProcessKey.ts"

it("the key of a command has the id of the command, and the key of a client has none", () => {
  const key = ProcessKey.of("moves-1#1.0")
  expect([key, "Refold:moves-1#1.0", "moves-1#1.0", ""].map(ProcessKey.commandIdOf))
    .toEqual(["moves-1#1.0", undefined, undefined, undefined])
  expect(ProcessKey.rule).toContain(`"${ProcessKey.of("")}"`)
})
