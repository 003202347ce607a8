/** The course "PostgreSQL lab": eight objectives in SQL, on the schema `ledger` that the ledger app installs. */
import { Effect } from "effect"
import * as LedgerSql from "../../../ledger/src/sql/LedgerSql.ts"
import type { Course, Objective } from "../Course.ts"
import * as Derived from "./DerivedObjectives.ts"
import * as Migration from "./Migration.ts"
import * as Write from "./WriteObjectives.ts"

// Installing does nothing if the schema exists.
const withSql = ({ name, run }: Objective): Objective => ({ name, run: Effect.andThen(LedgerSql.install(), run) })

/** Meridian Ledger: a bank's mutable balances become events, in SQL. */
export const postgresqlLab: Course = {
  name: "postgresql-lab",
  title: "PostgreSQL lab: Meridian Ledger",
  objectives: [
    Write.eventStore,
    Migration.objective,
    Derived.balances,
    Write.optimisticLocking,
    Derived.snapshots,
    Write.idempotency,
    Write.commands,
    Derived.validation
  ].map(withSql)
}
