/** `refold migrate`: creates or updates the schema of a store, and lists due migrations. */
import { migrationNames, migrationTable } from "@refold/postgres/internal/schema/MigrationNames"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Connection from "../connect/Connection.ts"
import * as Target from "../connect/Target.ts"
import { Found, usage } from "../frame/CliFailure.ts"
import { confirm } from "../frame/Confirm.ts"
import * as Output from "../frame/Output.ts"

const flag = (name: string, description: string) =>
  Flag.Boolean(name).pipe(Flag.withoutNegation, Flag.withDescription(description), Flag.withDefault(false))

const database = Effect.gen(function*() {
  const schema = yield* Connection.schema
  const StoreSchema = yield* Effect.promise(() => import("@refold/postgres/internal/schema/StoreSchema"))
  const Database = yield* Effect.promise(() => import("@refold/postgres/internal/schema/Database"))
  return yield* Database.make(yield* Effect.fromResult(StoreSchema.parse(schema)))
})

interface MigrationStatus {
  readonly migration: string
  readonly status: "applied" | "due"
}

const look = Effect.gen(function*() {
  const MigrationState = yield* Effect.promise(() => import("@refold/postgres/internal/schema/MigrationState"))
  const state = yield* MigrationState.look(yield* database, migrationTable)
  if (state._tag === "Unreadable") {
    return yield* usage(
      "this role may not read which migrations have run: run it as the owner of the store, or as a reader"
    )
  }
  const due = MigrationState.due(state, migrationNames)
  return migrationNames.map((migration): MigrationStatus => ({
    migration,
    status: due.includes(migration) ? "due" : "applied"
  }))
})

const shape: Output.Shape<MigrationStatus> = {
  columns: [
    { name: "migration", show: ({ migration }) => migration },
    { name: "status", show: ({ status }) => status }
  ]
}

const print = (migrations: ReadonlyArray<MigrationStatus>) => Output.rows(shape, migrations, "no migrations")

const isDue = ({ status }: MigrationStatus): boolean => status === "due"

const status = Command.make("status", {}, () =>
  Effect.gen(function*() {
    yield* Target.requireFolder(yield* Target.find)
    const migrations = yield* Connection.withClient(look)
    yield* print(migrations)
    if (migrations.some(isDue)) return yield* new Found()
  })).pipe(
    Command.withDescription("Lists the migrations, applied and due. Exits with 1 if one is due."),
    Command.withShortDescription("List the migrations, applied and due"),
    Command.withExamples([{ command: "refold migrate status", description: "Is the store behind this release?" }])
  )

const apply = Effect.gen(function*() {
  const before = yield* look
  const due = before.filter(isDue)
  if (due.length === 0) return yield* print(before)
  const named = due.map(({ migration }) => migration).join(", ")
  yield* confirm(`apply ${named} to the schema "${yield* Connection.schema}"`)
  const { open } = yield* Effect.promise(() => import("@refold/postgres/internal/log/OpenStore"))
  const isEmbedded = (yield* Target.find)._tag === "Embedded"
  yield* open(yield* database, { migrate: true, isEmbedded })
  yield* print(yield* look)
})

const dryRun = Effect.gen(function*() {
  yield* Target.requireFolder(yield* Target.find)
  yield* print(yield* Connection.withClient(look))
})

const script = Effect.gen(function*() {
  const { render } = yield* Effect.promise(() => import("./MigrationScript.ts"))
  yield* Output.lines([yield* Effect.fromResult(render(yield* Connection.schema))])
})

export const command = Command.make("migrate", {
  dryRun: flag("dry-run", "List what is due, and change nothing"),
  sql: flag("sql", "Print the SQL of all migrations, for an empty database, and change nothing")
}, ({ dryRun: isDryRun, sql }) =>
  sql && isDryRun
    ? usage("give either --dry-run or --sql, not both")
    : sql
    ? script
    : isDryRun
    ? dryRun
    : Connection.withClient(apply)).pipe(
    Command.withDescription(
      "Creates or updates the schema of the store, as the role that will own it. Does nothing if nothing is due."
    ),
    Command.withShortDescription("Create or update the schema of the store"),
    Command.withExamples([
      { command: "refold migrate --yes", description: "In a step of a deployment" },
      { command: "refold migrate --dry-run", description: "What would be done?" },
      { command: "refold migrate --sql > store.sql", description: "For a database that another team changes" },
      { command: "refold migrate --embedded ./data --yes", description: "A new store on the embedded database" }
    ]),
    Command.withSubcommands([status])
  )
