/** `refold grants`: the statements that give a role its rights on the store. */
import { grants } from "@refold/postgres/internal/schema/Grants"
import { kinds } from "@refold/postgres/internal/schema/StoreRights"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"
import * as Connection from "../connect/Connection.ts"
import * as Target from "../connect/Target.ts"
import { confirm } from "../frame/Confirm.ts"
import * as Output from "../frame/Output.ts"

export const command = Command.make("grants", {
  role: Flag.String("role").pipe(Flag.withDescription("The role, which must exist")),
  as: Flag.Literals("as", kinds).pipe(Flag.withDescription("The use of the store by the role")),
  apply: Flag.Boolean("apply").pipe(
    Flag.withoutNegation,
    Flag.withDescription("Run the statements, as the owner of the store, in place of printing them"),
    Flag.withDefault(false)
  )
}, ({ apply, as, role }) =>
  Effect.gen(function*() {
    const schema = yield* Connection.schema
    const statements = yield* Effect.fromResult(grants(role, as, { schema }))
    if (!apply) return yield* Output.lines(statements.map((statement) => `${statement};`))
    yield* Target.requireFolder(yield* Target.find)
    yield* confirm(`grant the role "${role}" the rights of a ${as} in the schema "${schema}"`)
    yield* Connection.withClient(Effect.flatMap(SqlClient.SqlClient, (sql) =>
      sql.withTransaction(Effect.forEach(statements, (statement) =>
        sql.unsafe(statement), { discard: true }))))
    yield* Output.note(`granted: "${role}" is a ${as} of the schema "${schema}"`)
  })).pipe(
    Command.withDescription(
      "Prints the SQL that lets a role read, write or project, and nothing more; --apply runs it."
    ),
    Command.withShortDescription("The rights of a role, as SQL"),
    Command.withExamples([
      { command: "refold grants --role app --as writer | psql", description: "A program that handles commands" },
      {
        command: "refold grants --role worker --as projector --apply --yes",
        description: "A program that runs projections"
      }
    ])
  )
