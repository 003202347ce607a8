/** A coffee card on PostgreSQL: its stamps folded in TypeScript, and by a function in SQL. */
import { PostgresStore, SqlSchema } from "@refold/postgres"
import { Console, Effect, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { Aggregate, AsOf, CommandHandler, Decider, EventCodec, EventType, State } from "refold"

const Stamped = EventType.make("Stamped", Schema.Struct({ drink: Schema.String }))
const Redeemed = EventType.make("Redeemed", Schema.Struct({ drink: Schema.String }))
const codec = EventCodec.makeUnsafe([Stamped, Redeemed])

const Command = Schema.TaggedUnion({ Buy: { drink: Schema.String }, Redeem: { drink: Schema.String } })

const decider = Decider.make<
  typeof Command.Type,
  number,
  typeof Stamped.Event | typeof Redeemed.Event,
  { readonly _tag: "NotEnoughStamps" }
>({
  initialState: 0,
  evolve: (stamps, event) => (event._tag === "Stamped" ? stamps + 1 : stamps - 3),
  decide: ({ _tag, drink }, stamps) => {
    if (_tag === "Buy") return Decider.accept(Stamped.make({ drink }))
    return stamps < 3 ? Decider.refuse({ _tag: "NotEnoughStamps" }) : Decider.accept(Redeemed.make({ drink }))
  }
})

const Card = Aggregate.makeUnsafe({ category: "card", events: codec, commands: Command, decider })

// The same fold as a function in the database.
const inSql = SqlSchema.install({
  name: "cards",
  files: [{
    name: "stamps",
    text: `
      -- The stamps of a card after a number of events; now, without one.
      CREATE FUNCTION cards.stamps(card text, after_events bigint DEFAULT NULL) RETURNS int LANGUAGE sql STABLE AS $$
        SELECT coalesce(sum(CASE type WHEN 'Stamped' THEN 1 WHEN 'Redeemed' THEN -3 END), 0)::int
        FROM refold.read_stream('card-' || card, as_of_version => after_events)
      $$`
  }]
})

const handle = CommandHandler.make(Card)

export const program = Effect.gen(function*() {
  yield* inSql
  for (const drink of ["espresso", "flat white", "mocha"]) yield* handle("ada", { _tag: "Buy", drink })
  yield* handle("ada", { _tag: "Redeem", drink: "cortado" })
  const refusal = yield* Effect.flip(handle("ada", { _tag: "Redeem", drink: "latte" }))
  yield* Console.log(`A second free drink was refused: ${refusal._tag}.`)

  const sql = yield* SqlClient.SqlClient
  for (const version of [1, 2, 3, 4]) {
    const { state } = yield* State.load(Card, "ada", { asOf: AsOf.version(version) })
    const [row] = yield* sql<{ readonly stamps: number }>`SELECT cards.stamps('ada', ${version}) AS stamps`
    yield* Console.log(`After event ${version}: ${state} by TypeScript, ${row?.stamps} by SQL.`)
  }
})

await Effect.runPromise(Effect.provide(program, PostgresStore.layerEmbedded()))
