/*
 * Functions that a role with CREATE on the store's schema could create: for each function of the store, overloads that a call
 * without exact types would resolve to, because a literal has no type yet, an argument has another type than the
 * parameter, or a default is omitted. Each fails with the code `TRAP1` when it is called.
 */
import * as Effect from "effect/Effect"
import type * as SqlClient from "effect/sql/SqlClient"

/** The types to which an argument of a type could resolve instead. */
const others: Readonly<Record<string, ReadonlyArray<string>>> = {
  text: ["varchar", "name", "bpchar", "uuid", "regclass"],
  "text[]": ["varchar[]", "name[]", "anyarray", "text"],
  integer: ["bigint", "numeric", "smallint", "float8"],
  "integer[]": ["bigint[]", "anyarray", "text"],
  bigint: ["integer", "numeric", "float8", "smallint"],
  "bigint[]": ["integer[]", "anyarray", "text"],
  "smallint[]": ["integer[]", "anyarray", "text"],
  numeric: ["integer", "bigint", "float8", "smallint"],
  "double precision": ["numeric", "integer", "real"],
  jsonb: ["json", "text", "anyelement"],
  "jsonb[]": ["json[]", "anyarray", "text"],
  bytea: ["text"],
  boolean: ["text", "anyelement"],
  "boolean[]": ["anyarray", "text"],
  uuid: ["text", "anyelement"],
  "uuid[]": ["anyarray", "text"],
  "timestamp with time zone": ["timestamp", "text", "date"],
  "timestamp with time zone[]": ["anyarray", "text"],
  regproc: ["text", "regprocedure"]
}

interface Known {
  readonly name: string
  readonly types: ReadonlyArray<string>
  readonly names: ReadonlyArray<string>
  readonly defaults: number
  readonly result: string
}

/** Creates them as the role of this session; returns their number. */
export const make = Effect.fnUntraced(function*(session: SqlClient.SqlClient, schema = "refold") {
  const known = yield* session<Known>`
    SELECT proname::text AS name, pronargdefaults::int AS defaults, proargnames[:pronargs] AS names,
      pg_get_function_result(oid) AS result,
      ARRAY(SELECT format_type(t, NULL) FROM unnest(proargtypes) WITH ORDINALITY AS a (t, number) ORDER BY number)::text[] AS types
    FROM pg_proc WHERE pronamespace = ${schema}::regnamespace AND prorettype <> 'trigger'::regtype`
  let made = 0
  for (const declaration of new Set(known.flatMap(variants))) {
    const created = session.unsafe(`CREATE FUNCTION "${schema}".${declaration} LANGUAGE plpgsql AS
      $$ BEGIN RAISE EXCEPTION 'an overload ran as %', current_user USING ERRCODE = 'TRAP1'; END $$`)
    // Some exist already, with another name for the same types, or with other parameter names.
    if ((yield* Effect.exit(created))._tag === "Success") made++
  }
  return made
})

const signatureOf = (
  name: string,
  names: ReadonlyArray<string>,
  types: ReadonlyArray<string>,
  defaults = 0
): string => {
  const first = types.length - defaults
  return `${name}(${
    types.map((type, index) => `"${names[index]}" ${type}${index < first ? "" : " DEFAULT NULL"}`).join(", ")
  })`
}

const variants = ({ defaults, name, names, result, types }: Known): ReadonlyArray<string> => {
  const without = (dropped: (index: number) => boolean): string => {
    const left = types.map((_, index) => index).filter((index) => !dropped(index))
    return signatureOf(name, left.map((index) => names[index]!), left.map((index) => types[index]!))
  }
  const optional = types.map((_, index) => index).slice(types.length - defaults)
  const replaced = types.flatMap((type, index) =>
    (others[type] ?? ["anyelement"]).map((other) => types.map((one, at) => at === index ? other : one))
  )
  const everywhere = [0, 1, 2].map((choice) => types.map((type) => (others[type] ?? ["anyelement"])[choice] ?? "text"))
  const declarations = [
    ...[...replaced, ...everywhere, types.map(() => "text")].map((types) => signatureOf(name, names, types, defaults)),
    ...optional.flatMap((one) => [without((index) => index === one), without((index) => index >= one)]),
    ...optional.map((one) => without((index) => index !== one && optional.includes(index)))
  ]
  return declarations.map((declaration) => `${declaration} RETURNS ${result}`)
}
