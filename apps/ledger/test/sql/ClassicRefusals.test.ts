// Wrong statements of a student of the classic labs, and the errors.
import { beforeAll, describe, expect, it } from "vitest"
import { money, start } from "./ClassicSession.ts"

const { refusal, type } = start()

beforeAll(async () => {
  await type("CALL open('ada', 'Prague', 'CZK')")
  await type("CALL open('bob', 'Brno', 'CZK')")
  await type("CALL deposit('bob', 7000)")
})

describe("an event that no code could read", () => {
  it.each([
    ["'Deposit', '{\"amount\": 1}'", "p_type must be one of AccountClosed, AccountFrozen, AccountOpened, "],
    ["'MoneyPaidIn', '{\"amount\": 1}'", "p_type must be one of "],
    ["NULL, '{}'", "p_type must be one of "],
    ["'MoneyDeposited', NULL", "p_data must be an object"],
    ["'MoneyDeposited', '[]'", "p_data must be an object"],
    ["'MoneyDeposited', '\"{}\"'", "p_data must be an object"],
    [
      "'MoneyDeposited', '{}'",
      "p_data.amount is missing: must be a whole number of minor units from 0 to 9007199254740991"
    ],
    [
      "'MoneyDeposited', '{\"amount\": -1}'",
      "p_data.amount must be a whole number of minor units from 0 to 9007199254740991"
    ],
    [
      "'MoneyDeposited', '{\"amount\": 0.5}'",
      "p_data.amount must be a whole number of minor units from 0 to 9007199254740991"
    ],
    [
      "'MoneyDeposited', '{\"amount\": \"1\"}'",
      "p_data.amount must be a whole number of minor units from 0 to 9007199254740991"
    ],
    [
      "'MoneyDeposited', '{\"amount\": null}'",
      "p_data.amount must be a whole number of minor units from 0 to 9007199254740991"
    ],
    ["'MoneyDeposited', '{\"amunt\": 1}'", "p_data.amunt is not known here"],
    ["'MoneyDeposited', '{\"amount\": 1, \"channel\": \"cash\"}'", "p_data.channel must be one of Cash, Card, "],
    ["'AccountClosed', '{\"reason\": \"x\"}'", "p_data.reason is not known here"],
    ["'MoneyDeposited', '{\"amount\": 100}'", "p_data.currency is missing: must be one of CZK, EUR, USD"],
    [
      "'MoneyDeposited', '{\"amount\": 1, \"currency\": \"CZK\"}', p_schema_version => 1",
      "p_data.currency is not known here"
    ],
    [
      "'MoneyDeposited', '{\"amount\": 9007199254740992}', p_schema_version => 1",
      "p_data.amount must be a whole number"
    ],
    [
      "'MoneyDeposited', '{}', p_schema_version => 4",
      "p_schema_version must be a schema version of MoneyDeposited, 1 to 3"
    ],
    [
      "'MoneyDeposited', '{}', p_schema_version => 0",
      "p_schema_version must be a schema version of MoneyDeposited, 1 to 3"
    ]
  ])("is refused: %s", async (event, message) => {
    const refused = await refusal(`SELECT append_event('eve', ${event})`)
    expect(refused.code).toBe("22023")
    expect(refused.message).toContain(message)
  })

  it.each([
    ["NULL", "p_agg must be a text that is not empty"],
    ["''", "p_agg must be a text that is not empty"],
    ["repeat('x', 248)", "p_agg must not be longer than 255 characters"]
  ])("is refused for the account %s", async (agg, message) => {
    for (
      const text of [
        `SELECT append_event(${agg}, 'AccountClosed', '{}')`,
        `SELECT rebuild_from_snapshot(${agg})`,
        `SELECT take_snapshot(${agg})`,
        `CALL deposit(${agg}, 1)`
      ]
    ) expect(await refusal(text)).toMatchObject({ code: "22023", message })
  })

  it("is refused if it is not JSON", async () => {
    expect(await refusal("SELECT append_event('eve', 'MoneyDeposited', 'amount 5')")).toMatchObject({ code: "22P02" })
  })

  it("stores nothing", async () => {
    expect(await type("SELECT count(*) AS n FROM event_store WHERE aggregate_id = 'eve'")).toEqual([{ n: 0n }])
  })

  it("has the latest schema version, or the requested one", async () => {
    const append = (data: string, options: string) =>
      type(`SELECT version FROM append_event('old', 'MoneyDeposited', ${data}${options})`)
    await append("'{\"amount\": 1}'", ", p_schema_version => 1")
    await append("'{\"amount\": 1, \"channel\": \"Card\", \"purpose\": \"x\"}'", ", p_schema_version => 2")
    await append(money, "")
    expect(await type("SELECT schema_version FROM event_store WHERE aggregate_id = 'old' ORDER BY version")).toEqual(
      [1, 2, 3].map((schema_version) => ({ schema_version }))
    )
  })
})

describe("an invalid command", () => {
  it.each([
    ["CALL deposit('bob', -1)", "command.amount must be a whole number of minor units from 0 to 9007199254740991"],
    ["CALL deposit('bob', 0.5)", "command.amount must be a whole number of minor units from 0 to 9007199254740991"],
    [
      "CALL deposit('bob', 9007199254740992)",
      "command.amount must be a whole number of minor units from 0 to 9007199254740991"
    ],
    ["CALL deposit('bob', NULL)", "command.amount must be a whole number of minor units from 0 to 9007199254740991"],
    ["CALL deposit('bob', 'NaN')", "command.amount must be a whole number of minor units from 0 to 9007199254740991"],
    ["CALL deposit('bob', 1, 'cash')", "command.channel must be one of Cash, Card, Transfer, Unspecified"],
    ["CALL deposit('bob', 1, NULL)", "command.channel must be one of Cash, Card, Transfer, Unspecified"],
    ["CALL deposit('bob', 1, p_currency => 'GBP')", "command.currency must be one of CZK, EUR, USD"],
    [
      "CALL deposit('bob', 1, p_expected => -3)",
      "p_expected must be a number of events, 0 (no stream yet) or -2 (the stream exists), or be left out (any version)"
    ],
    ["CALL deposit('bob', 1, p_idempotency_key => '')", "p_idempotency_key must be a text of 1 to 255 characters"],
    ["CALL open('new', NULL, 'CZK')", "command.branch must be a text"],
    ["CALL transfer('bob', 'bob', 1)", "p_to must be another account than p_from"],
    ["CALL transfer('bob', NULL, 1)", "p_to must be a text that is not empty"],
    ["SELECT handle('bob', NULL)", "command must be an object"],
    ["SELECT handle('bob', '{}')", "command._tag must be one of "],
    ["SELECT handle('bob', '{\"_tag\": \"CloseAccount\", \"now\": true}')", "command.now is not known here"]
  ])("is refused before anything is read: %s", async (text, message) => {
    const refused = await refusal(text)
    expect(refused.code).toBe("22023")
    expect(refused.message).toContain(message)
  })

  it.each([
    [
      "CALL withdraw('bob', 100000)",
      "account \"bob\" refuses: 100000 is too much: its balance is 7000 and its overdraft limit 0"
    ],
    ["CALL withdraw('nobody', 1)", "account \"nobody\" refuses: it is not open"],
    ["CALL open('bob', 'Brno', 'CZK')", "account \"bob\" refuses: it is open already"],
    ["CALL transfer('bob', 'nobody', 1)", "account \"nobody\" refuses: it is not open"],
    ["CALL transfer('nobody', 'bob', 1)", "account \"nobody\" refuses: it is not open"],
    ["CALL transfer('bob', 'ada', 1, 'EUR')", "account \"bob\" refuses: it is kept in CZK, not in EUR"]
  ])("is refused by the account: %s", async (text, message) => {
    expect(await refusal(text)).toMatchObject({ code: "ML001", message })
  })

  it("does not turn crowns into euros if no currency is named", async () => {
    await type("CALL open('euro', 'Brno', 'EUR')")
    expect(await refusal("CALL transfer('bob', 'euro', 1)")).toMatchObject({
      code: "ML001",
      detail: "{\"_tag\": \"PartRefused\", \"stream\": \"account-euro\", "
        + "\"refusal\": {\"_tag\": \"OtherCurrency\", \"currency\": \"EUR\", \"requested\": \"CZK\"}}"
    })
    expect(await type("SELECT state ->> 'balance' AS balance FROM rebuild_from_snapshot('bob')")).toEqual([
      { balance: "7000" }
    ])
  })
})
