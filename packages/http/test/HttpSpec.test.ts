import { Spec } from "@refold/laws"
import { MemoryStore } from "refold"
import { expect, it } from "vitest"
import { HttpSpec } from "../src/index.ts"
import {
  apiOf,
  deposited,
  Wallet,
  type WalletCommand,
  type WalletEvent,
  type WalletRefusal,
  withdrawn
} from "./support/Sample.ts"

const at = new Date("2026-11-28T09:30:00.000Z")

// The cases, for the decider and for the web handler.
const cases = [
  { given: [], when: { _tag: "Deposit", cents: 5 }, events: [deposited({ cents: 5 })] },
  {
    given: [deposited({ cents: 5 })],
    when: { _tag: "Withdraw", cents: 3, at },
    events: [withdrawn({ cents: 3, at })]
  },
  {
    given: [deposited({ cents: 5 }), withdrawn({ cents: 4, at })],
    when: { _tag: "Withdraw", cents: 2, at },
    refused: { _tag: "NotEnough", balance: 1, digits: 1n }
  },
  { given: [deposited({ cents: 5 })], when: { _tag: "Touch" }, events: [] }
] satisfies ReadonlyArray<{
  readonly given: ReadonlyArray<WalletEvent>
  readonly when: WalletCommand
  readonly events?: ReadonlyArray<WalletEvent>
  readonly refused?: WalletRefusal
}>

const http = HttpSpec.for(Wallet, { api: apiOf(), name: "wallet", layer: MemoryStore.layer })

it.each(cases)("a case of the decider holds over HTTP: %o", async ({ given, when, ...expected }) => {
  if ("refused" in expected) {
    Spec.for(Wallet.decider).given(given).when(when).thenRefused(expected.refused)
    return http.given(given).when(when).thenRefused(expected.refused)
  }
  Spec.for(Wallet.decider).given(given).when(when).then(expected.events)
  return http.given(given).when(when).then(expected.events)
})

it("a case that does not hold is an assertion error with both sides", async () => {
  const answer = http.given([deposited({ cents: 5 })]).when({ _tag: "Withdraw", cents: 3, at })
  await expect(answer.then([])).rejects.toMatchObject({ name: "AssertionError", expected: { status: 200, events: [] } })
  await expect(answer.thenRefused("Closed")).rejects.toMatchObject({ name: "AssertionError" })
  await expect(answer.thenNothing()).rejects.toMatchObject({ name: "AssertionError" })
  await expect(answer.thenStatus(422)).rejects.toMatchObject({ actual: { status: 200 }, expected: { status: 422 } })
})

it("a malformed command has the status 400", async () => {
  await expect(http.when({ _tag: "Deposit", cents: 0.5 }).thenStatus(400)).resolves.toBeUndefined()
})
