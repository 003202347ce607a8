import { expect, it } from "vitest"
import { asOfVersion3, balance, fromSnapshot } from "../../examples/concepts/Folds.ts"

it("the wallet of the page about folds has 950, 750 as of version 3, and 950 from a snapshot", () => {
  expect({ balance, asOfVersion3, fromSnapshot }).toEqual({ balance: 950, asOfVersion3: 750, fromSnapshot: 950 })
})
