/** What programs can import beside Refold's store in memory: the store on PostgreSQL, and Effect's modules for SQL. */
import * as Postgres from "@refold/postgres"
import * as SqlClient from "effect/sql/SqlClient"
import * as SqlError from "effect/sql/SqlError"
import type { Module } from "../run/Engine.ts"
import type { Recorder } from "../run/Recorder.ts"

const { PostgresStore } = Postgres

type Options = Parameters<typeof PostgresStore.layerEmbedded>[0]

/** The modules by specifier. */
export const make = ({ layer }: Recorder): ReadonlyArray<readonly [string, Module]> => {
  const store: Module = {
    ...PostgresStore,
    layerEmbedded: (options?: Options) => layer(PostgresStore.layerEmbedded(options))
  }
  const { Embedded, ProjectionTables, SqlProjection, SqlSchema } = Postgres
  return [
    ["@refold/postgres", { ...Postgres, PostgresStore: store }],
    ["@refold/postgres/PostgresStore", store],
    ["@refold/postgres/embedded/Embedded", Embedded],
    ["@refold/postgres/project/ProjectionTables", ProjectionTables],
    ["@refold/postgres/project/SqlProjection", SqlProjection],
    ["@refold/postgres/schema/SqlSchema", SqlSchema],
    ["effect/sql", { SqlClient, SqlError }],
    ["effect/sql/SqlClient", SqlClient],
    ["effect/sql/SqlError", SqlError]
  ]
}
