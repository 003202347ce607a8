// Planted faults in the handler's SQL, and the law that finds each.
import * as PostgresStore from "@refold/postgres/PostgresStore"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Redacted from "effect/Redacted"
import { afterAll, describe, expect, it } from "vitest"
import { freshDatabase } from "../../../../packages/postgres/test/support/freshDatabase.ts"
import * as AccountTwin from "./AccountTwin.ts"
import { handlersTakeTurns } from "./HandlerRushLaws.ts"
import type { Services } from "./HandlerSteps.ts"
import { handlersAgree } from "./HandlerTwinLaws.ts"

interface Fault extends AccountTwin.Fault<Services> {
  /** Under this seed one of the first inputs finds it. */
  readonly seed: number
}

const fault = (
  fault: string,
  law: Fault["law"],
  seed: number,
  ...edits: ReadonlyArray<AccountTwin.Edit>
): Fault => ({ fault, law, seed, edits })

const notLocked: AccountTwin.Edit = [
  "account/handle",
  "PERFORM refold.lock_streams(ARRAY['account-' || p_agg], ARRAY[coalesce(p_idempotency_key, '')], true);",
  ""
]

const faults: ReadonlyArray<Fault> = [
  fault("the key is looked up after deciding", handlersAgree, 11, ["account/handle", "IF FOUND THEN", "IF false THEN"]),
  fault("the expected version is not checked", handlersAgree, 1, [
    "account/handle",
    "PERFORM ledger.refuse_version(p_agg, p_expected, loaded.version);",
    ""
  ]),
  fault("the account is not locked", handlersTakeTurns, 1, notLocked),
  fault("the account is not locked, and decided events are stored at any version", handlersTakeTurns, 1, notLocked, [
    "account/store_decisions",
    "'expectedVersion', loaded[w.n].version",
    "'expectedVersion', NULL"
  ]),
  fault("the first answer holds the present state of the account", handlersAgree, 35, [
    "account/answered",
    "load_account(agg, stored.version)",
    "load_account(agg)"
  ]),
  fault("the first answer holds all events", handlersAgree, 11, [
    "account/answered",
    "stored.first_version - 1",
    "0"
  ]),
  fault("the first answer is not marked as deduplicated", handlersAgree, 11, [
    "account/answered",
    "  true\n)::ledger.handled",
    "  false\n)::ledger.handled"
  ]),
  fault("keys have another form in SQL", handlersAgree, 3, [
    "account/fingerprint_of",
    "'account', agg",
    "'Account', agg"
  ]),
  fault("an event in the snapshot is folded a second time", handlersAgree, 6, [
    "classic/take_snapshot",
    "loaded.version, loaded.\"position\"",
    "loaded.version - 1, loaded.\"position\""
  ]),
  fault("a snapshot holds the initial state", handlersAgree, 6, [
    "classic/take_snapshot",
    "loaded.recorded_at, loaded.state",
    "loaded.recorded_at, ledger.initial_account()"
  ]),
  fault("one account decides for both", handlersAgree, 7, [
    "account/handle_transfer",
    "decide_account(deposit, loaded[2].state)",
    "decide_account(deposit, loaded[1].state)"
  ]),
  fault("the account itself is the source of the money", handlersAgree, 8, [
    "account/handle_transfer",
    "p_currency, p_purpose, p_from)",
    "p_currency, p_purpose, p_to)"
  ]),
  fault("the key of a transfer has another form in SQL", handlersAgree, 37, [
    "account/handle_transfer",
    "ledger.fingerprint_of(p_from, withdrawal, p_idempotency_key),",
    "ledger.fingerprint_of(p_to, withdrawal, p_idempotency_key),"
  ])
]

const server = Layer.unwrap(Effect.map(freshDatabase(), (url) => PostgresStore.layer({ url: Redacted.make(url) })))

describe("planted faults", () => {
  const runtime = ManagedRuntime.make(AccountTwin.on(server))
  afterAll(() => runtime.dispose())

  it.each(faults.map((fault) => [fault.fault, fault.law("").law, fault] as const))(
    "if %s, a law is broken: %s",
    async (_, __, fault) => {
      await runtime.runPromise(Effect.scoped(AccountTwin.installBroken(fault.edits, "broken")))
      const verdict = await fault.law("broken").check({
        run: runtime.runPromise,
        runs: 3_000,
        shrink: false,
        replay: { seed: fault.seed }
      })
      expect(verdict).toMatchObject({
        _tag: "Broken",
        left: expect.not.objectContaining({ failedWith: expect.anything() })
      })
    }
  )
})
