// Mistakes that somebody could make in the handler's SQL, and which law finds each.
import * as Suite from "@refold/laws/kit/Suite"
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

type Fault = AccountTwin.Fault<Services>

const fault = (fault: string, law: Fault["law"], ...edits: ReadonlyArray<AccountTwin.Edit>): Fault => ({
  fault,
  law,
  edits
})

const notLocked: AccountTwin.Edit = [
  "account/handle",
  "PERFORM refold.lock_streams(ARRAY['account-' || p_agg], ARRAY[coalesce(p_idempotency_key, '')], true);",
  ""
]

const faults: ReadonlyArray<Fault> = [
  fault("the key is looked up after deciding", handlersAgree, ["account/handle", "IF FOUND THEN", "IF false THEN"]),
  fault("nobody minds what the caller expected", handlersAgree, [
    "account/handle",
    "PERFORM ledger.refuse_version(p_agg, p_expected, loaded.version);",
    ""
  ]),
  fault("the account is not locked", handlersTakeTurns, notLocked),
  fault("the account is not locked, and what was decided is stored at any version", handlersTakeTurns, notLocked, [
    "account/store_decisions",
    "'expectedVersion', loaded[w.n].version",
    "'expectedVersion', NULL"
  ]),
  fault("the first answer tells of the account as it is now", handlersAgree, [
    "account/answered",
    "load_account(agg, stored.version)",
    "load_account(agg)"
  ]),
  fault("the first answer tells of all events", handlersAgree, ["account/answered", "stored.first_version - 1", "0"]),
  fault("the first answer does not say that it is one", handlersAgree, [
    "account/answered",
    "  true\n)::ledger.handled",
    "  false\n)::ledger.handled"
  ]),
  fault("keys are SQL's own", handlersAgree, ["account/fingerprint_of", "'account', agg", "'Account', agg"]),
  fault("an event is in the snapshot and comes after it once more", handlersAgree, [
    "classic/take_snapshot",
    "loaded.version, loaded.\"position\"",
    "loaded.version - 1, loaded.\"position\""
  ]),
  fault("a snapshot remembers the account as it began", handlersAgree, [
    "classic/take_snapshot",
    "loaded.recorded_at, loaded.state",
    "loaded.recorded_at, ledger.initial_account()"
  ]),
  fault("one account decides for both", handlersAgree, [
    "account/handle_transfer",
    "decide_account(deposit, loaded[2].state)",
    "decide_account(deposit, loaded[1].state)"
  ]),
  fault("money comes from oneself", handlersAgree, [
    "account/handle_transfer",
    "p_currency, p_purpose, p_from)",
    "p_currency, p_purpose, p_to)"
  ]),
  fault("the key of a transfer is SQL's own", handlersAgree, [
    "account/handle_transfer",
    "ledger.fingerprint_of(p_from, withdrawal, p_idempotency_key),",
    "ledger.fingerprint_of(p_to, withdrawal, p_idempotency_key),"
  ])
]

const server = Layer.unwrap(Effect.map(freshDatabase(), (url) => PostgresStore.layer({ url: Redacted.make(url) })))

// One seed for all, so that a fault that was found once is found each time.
const oneSeed = { seed: 20_261_121, path: "" }

describe("planted faults", () => {
  const runtime = ManagedRuntime.make(AccountTwin.on(server))
  afterAll(() => runtime.dispose(), Suite.timeout)

  it.each(faults.map((fault) => [fault.fault, fault.law("").law, fault] as const))(
    "where %s, a law is broken: %s",
    async (_, __, fault) => {
      await runtime.runPromise(Effect.scoped(AccountTwin.installBroken(fault.edits, "broken")))
      const verdict = await fault.law("broken").check({
        run: runtime.runPromise,
        runs: 3_000,
        shrink: false,
        replay: oneSeed
      })
      expect(verdict).toMatchObject({
        _tag: "Broken",
        left: expect.not.objectContaining({ failedWith: expect.anything() })
      })
    },
    Suite.timeout
  )
})
