// Changes of a ledger by a superuser, and the findings of validate_ledger.

/** The expected fields of a finding; the others may have any value. */
export interface Said {
  readonly problem: string
  readonly aggregate_id?: string | null
  readonly version?: bigint
  readonly expected?: unknown
  readonly found?: unknown
}

/** A change by SQL. `refold_rows.rows_live` stands for the table of the live generation. */
export interface Corruption {
  readonly what: string
  readonly sql: ReadonlyArray<string>
  /** All expected findings, in the order of their names. */
  readonly said: ReadonlyArray<Said>
}

// All columns but the computed one.
const columns =
  "\"position\", stream, version, event_id, type, schema_version, data, metadata, occurred_at, recorded_at"

const ada = "stream = 'account-ada'"
const setData = (version: number, data: string) =>
  `UPDATE refold.event_store SET data = ${data} WHERE ${ada} AND version = ${version}`
const amount = (minorUnits: number) => `jsonb_set(data, '{amount}', '${minorUnits}')`
const currency = (name: string) => `jsonb_set(data, '{currency}', '"${name}"')`
const insertOf = (query: string) =>
  [
    `CREATE TEMP TABLE kept AS ${query}`,
    `INSERT INTO refold.event_store (${columns}) SELECT ${columns} FROM kept`
  ] as const
const refresh = "REFRESH MATERIALIZED VIEW ledger.balance_projection"

const [keepAda, restoreAda] = insertOf(`SELECT * FROM refold.event_store WHERE ${ada}`)
const [keepLast, restoreLast] = insertOf(`SELECT * FROM refold.event_store WHERE ${ada} AND version = 5`)

const deleted = (where: string) => `DELETE FROM refold.event_store WHERE ${where}`
const answer = (change: string) => `UPDATE refold.idempotency_keys SET answer = ${change} WHERE key = 'key'`
const forged = (version: bigint) => ({ problem: "key_without_events", aggregate_id: "ada", version })

const otherCurrency = (version: bigint, expected: string, found: string) => ({
  problem: "other_currency",
  aggregate_id: "ada",
  version,
  expected: { currency: expected },
  found: { currency: found }
})

/** Of ada's five events: an opening, +100, -30, +5, +7; a snapshot is of the fourth, and a key of the second. */
export const corruptions: ReadonlyArray<Corruption> = [
  {
    what: "the amount of an event is changed",
    sql: [setData(2, amount(1))],
    said: [
      { problem: "balance_projection_differs", version: 5n, expected: { balance: -17 }, found: { balance: 82 } },
      {
        problem: "balances_differs",
        version: 5n,
        expected: { state: { balance: -17 } },
        found: { state: { balance: 82 } }
      },
      {
        problem: "snapshot_differs",
        version: 4n,
        expected: { state: { balance: -24 } },
        found: { state: { balance: 75 } }
      },
      {
        problem: "typescript_row_differs",
        version: 5n,
        expected: { state: { balance: -17 } },
        found: { state: { balance: 82 } }
      }
    ]
  },
  {
    what: "an event in the middle is deleted",
    sql: [deleted(`${ada} AND version = 3`)],
    said: [
      { problem: "balance_projection_differs", expected: { balance: 112 }, found: { balance: 82 } },
      {
        problem: "balances_differs",
        expected: { state: { balance: 112, version: 4 } },
        found: { state: { balance: 82, version: 5 } }
      },
      { problem: "snapshot_differs" },
      { problem: "typescript_row_differs" },
      { problem: "version_gap", aggregate_id: "ada", version: 4n, expected: { version: 3 }, found: { version: 4 } }
    ]
  },
  {
    what: "the last event of an account is deleted",
    sql: [deleted(`${ada} AND version = 5`)],
    said: [
      { problem: "balance_projection_ahead", version: 5n, expected: { version: 4 }, found: { balance: 82 } },
      { problem: "balances_ahead", version: 5n, expected: { version: 4 }, found: { state: { balance: 82 } } },
      { problem: "typescript_row_ahead", version: 5n, expected: { version: 4 }, found: { state: { balance: 82 } } }
    ]
  },
  {
    what: "all events of an account are deleted",
    sql: [deleted(ada)],
    said: [
      { problem: "balance_projection_surplus", expected: null, found: { balance: 82 } },
      { problem: "balances_surplus" },
      { problem: "key_without_events", version: 2n, expected: null, found: { stream: "account-ada", version: 2 } },
      { problem: "snapshot_surplus" },
      { problem: "typescript_row_surplus" }
    ]
  },
  {
    what: "the last event of the log is deleted, and no row covers it",
    sql: [deleted("stream = 'note-last'")],
    said: [
      { problem: "balance_projection_checkpoint", aggregate_id: null },
      { problem: "balances_checkpoint" },
      { problem: "typescript_row_checkpoint" }
    ]
  },
  {
    what: "two events have changed places",
    sql: [
      `CREATE TEMP TABLE places AS SELECT version, "position" FROM refold.event_store WHERE ${ada}`,
      `UPDATE refold.event_store SET "position" = -"position" WHERE ${ada} AND version IN (3, 4)`,
      `UPDATE refold.event_store e SET "position" = p."position" FROM places p
        WHERE e.${ada} AND e.version IN (3, 4) AND p.version = 7 - e.version`
    ],
    said: [{ problem: "snapshot_differs" }, { problem: "version_order", aggregate_id: "ada", version: 4n }]
  },
  {
    what: "an event has an unknown type",
    sql: [`UPDATE refold.event_store SET type = 'MoneyFound' WHERE ${ada} AND version = 4`],
    said: [{ problem: "unreadable_event", aggregate_id: "ada", version: 4n, found: { type: "MoneyFound" } }]
  },
  {
    what: "the type of a deposit is changed to a withdrawal",
    sql: [`UPDATE refold.event_store SET type = 'MoneyWithdrawn', schema_version = 2 WHERE ${ada} AND version = 5`],
    said: [
      { problem: "balance_projection_differs", expected: { balance: 68 }, found: { balance: 82 } },
      { problem: "balances_differs" },
      { problem: "typescript_row_differs" }
    ]
  },
  {
    what: "the currency of a deposit is changed",
    sql: [setData(2, currency("EUR"))],
    said: [otherCurrency(2n, "CZK", "EUR")]
  },
  {
    what: "the currency of an opening is changed",
    sql: [setData(1, currency("EUR"))],
    said: [
      { problem: "balance_projection_differs", expected: { currency: "EUR" }, found: { currency: "CZK" } },
      { problem: "balances_differs" },
      ...[2n, 3n, 4n, 5n].map((version) => otherCurrency(version, "EUR", "CZK")),
      { problem: "snapshot_differs" },
      { problem: "typescript_row_differs" }
    ]
  },
  {
    what: "crowns of an old schema version are put into an account in euros",
    sql: [
      `SELECT FROM ledger.append_event('eve', 'AccountOpened',
        '{"branch": "Brno", "statements": "Monthly", "currency": "EUR"}')`,
      "SELECT FROM ledger.append_event('eve', 'MoneyDeposited', '{\"amount\": 100}', p_schema_version => 1)"
    ],
    said: [{ ...otherCurrency(2n, "EUR", "CZK"), aggregate_id: "eve" }]
  },
  {
    what: "an amount is negative",
    sql: [setData(2, amount(-1))],
    said: [{ problem: "unreadable_event", version: 2n, found: { data: { amount: -1 } } }]
  },
  {
    what: "an amount is a text",
    sql: [setData(2, "'{\"amount\": \"1\"}'")],
    said: [{ problem: "unreadable_event", version: 2n, found: { data: { amount: "1" } } }]
  },
  {
    what: "an event is back-dated",
    sql: [`UPDATE refold.event_store SET recorded_at = '2001-01-01' WHERE ${ada} AND version = 3`],
    said: [{ problem: "recorded_at_back", aggregate_id: "ada", version: 3n }]
  },
  {
    what: "an event with a key, a snapshot and rows is back-dated",
    sql: [`UPDATE refold.event_store SET recorded_at = '2001-01-01' WHERE ${ada}`],
    said: [
      { problem: "balance_projection_differs" },
      { problem: "balances_differs" },
      { problem: "key_without_events", version: 2n },
      { problem: "snapshot_differs" }
    ]
  },
  {
    what: "a snapshot is changed",
    sql: ["UPDATE refold.event_snapshots SET state = jsonb_set(state, '{balance}', '1000')"],
    said: [{
      problem: "snapshot_differs",
      aggregate_id: "ada",
      version: 4n,
      expected: { state: { balance: 75 } },
      found: { state: { balance: 1000 } }
    }]
  },
  {
    what: "a snapshot is ahead of the log",
    sql: ["UPDATE refold.event_snapshots SET version = 9"],
    said: [{ problem: "snapshot_ahead", version: 9n, expected: { version: 5 } }]
  },
  {
    what: "a snapshot has no account",
    sql: ["UPDATE refold.event_snapshots SET stream = 'account-nobody'"],
    said: [{ problem: "snapshot_surplus", aggregate_id: "nobody" }]
  },
  {
    what: "a row of balance_projection is changed",
    sql: [setData(5, amount(8)), refresh, setData(5, amount(7))],
    said: [{ problem: "balance_projection_differs", version: 5n, expected: { balance: 82 }, found: { balance: 83 } }]
  },
  {
    what: "a row of balance_projection is gone",
    sql: [keepAda, deleted(ada), refresh, restoreAda],
    said: [{ problem: "balance_projection_missing", version: 5n, expected: { balance: 82 }, found: null }]
  },
  {
    what: "a row of balance_projection is set back",
    sql: [keepLast, deleted(`${ada} AND version = 5`), refresh, restoreLast],
    said: [{ problem: "balance_projection_behind", version: 4n, expected: { version: 5 }, found: { version: 4 } }]
  },
  {
    what: "a row of balances is changed",
    sql: ["UPDATE ledger.balances SET state = jsonb_set(state, '{isFrozen}', 'true') WHERE aggregate_id = 'ada'"],
    said: [{
      problem: "balances_differs",
      expected: { state: { isFrozen: false } },
      found: { state: { isFrozen: true } }
    }]
  },
  {
    what: "a row of balances is gone",
    sql: ["DELETE FROM ledger.balances WHERE aggregate_id = 'bob'"],
    said: [{
      problem: "balances_missing",
      aggregate_id: "bob",
      version: 2n,
      expected: { state: { balance: 50 } },
      found: null
    }]
  },
  {
    what: "a row of balances is set back",
    sql: [
      `UPDATE ledger.balances b
      SET version = s.version, "position" = s."position", recorded_at = s.recorded_at, state = s.state
      FROM refold.event_snapshots s WHERE b.aggregate_id = 'ada'`
    ],
    said: [{ problem: "balances_behind", version: 4n, expected: { version: 5 }, found: { version: 4 } }]
  },
  {
    what: "a row without an account is put into balances",
    sql: ["UPDATE ledger.balances SET aggregate_id = 'nobody' WHERE aggregate_id = 'bob'"],
    said: [{ problem: "balances_missing", aggregate_id: "bob" }, {
      problem: "balances_surplus",
      aggregate_id: "nobody"
    }]
  },
  {
    what: "a row that TypeScript wrote is changed",
    sql: ["UPDATE refold_rows.rows_live SET state = jsonb_set(state, '{balance}', '1000') WHERE key = 'account-ada'"],
    said: [{
      problem: "typescript_row_differs",
      expected: { state: { status: "Open", balance: 82 } },
      found: { state: { balance: 1000 } }
    }]
  },
  {
    what: "a row that TypeScript wrote is gone",
    sql: ["DELETE FROM refold_rows.rows_live WHERE key = 'account-bob'"],
    said: [{ problem: "typescript_row_missing", aggregate_id: "bob", version: 2n }]
  },
  {
    what: "an answer names an event that does not exist",
    sql: [answer("jsonb_set(answer, '{0,version}', '99')")],
    said: [{ ...forged(99n), expected: null, found: { version: 99 } }]
  },
  {
    what: "an answer names another place",
    sql: [answer("jsonb_set(answer, '{0,position}', '1')")],
    said: [{ ...forged(2n), expected: { version: 2 }, found: { position: 1 } }]
  },
  {
    what: "an answer names another first event",
    sql: [answer("jsonb_set(answer, '{0,first_version}', '3')")],
    said: [forged(2n)]
  },
  {
    what: "an answer has an invalid time",
    sql: [answer("jsonb_set(answer, '{0,recorded_at}', '\"soon\"')")],
    said: [forged(2n)]
  },
  {
    what: "an answer is not an answer",
    sql: [answer("'{\"version\": [2]}'")],
    said: [{ problem: "key_without_events", aggregate_id: null, found: { version: [2] } }]
  }
]

const changed = "state = jsonb_set(jsonb_set(state, '{balance}', '83'), '{deposits,2,amount}', '8')"

/** Changes that cannot be detected: no stored data is derived from the changed part. */
export const undetected: ReadonlyArray<Omit<Corruption, "said">> = [
  {
    what: "a purpose, which no state holds, is changed",
    sql: [setData(3, "jsonb_set(data, '{purpose}', '\"a bribe\"')")]
  },
  {
    what: "the actor is changed",
    sql: [`UPDATE refold.event_store SET metadata = '{"actor": "bob"}' WHERE ${ada}`]
  },
  {
    what: "the time of occurrence is changed",
    sql: [`UPDATE refold.event_store SET occurred_at = '2001-01-01' WHERE ${ada}`]
  },
  {
    what: "a valid event in the account's currency is added at the end",
    sql: [
      `INSERT INTO refold.event_store
        (stream, version, event_id, type, schema_version, data, metadata, occurred_at, recorded_at)
      SELECT stream, 6, gen_random_uuid(), type, schema_version, data, metadata, occurred_at, clock_timestamp()
      FROM refold.event_store WHERE ${ada} AND version = 5`
    ]
  },
  {
    what: "events and all data derived from them are changed consistently",
    sql: [
      setData(5, amount(8)),
      refresh,
      `UPDATE ledger.balances SET ${changed} WHERE aggregate_id = 'ada'`,
      `UPDATE refold_rows.rows_live SET ${changed} WHERE key = 'account-ada'`
    ]
  }
]
