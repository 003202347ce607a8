import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { describe, expect, expectTypeOf, it } from "vitest"
import * as Aggregate from "../../src/decide/Aggregate.ts"
import * as Decider from "../../src/decide/Decider.ts"
import * as EventCodec from "../../src/event/EventCodec.ts"
import * as EventType from "../../src/event/EventType.ts"
import type { InvalidInput } from "../../src/event/InvalidInput.ts"
import * as Projection from "../../src/project/Projection.ts"
import type { RowQuery } from "../../src/project/RowQuery.ts"
import { failureOf, malformed } from "../support/Sample.ts"

const Opened = EventType.make("Opened", Schema.Struct({ owner: Schema.String })).pipe(EventType.renamedFrom("Created"))
const Paid = EventType.make("Paid", Schema.Struct({ amount: Schema.Int }))
const events = EventCodec.makeUnsafe([Opened, Paid])
type Event = typeof Opened.Event | typeof Paid.Event

const Account = Schema.Struct({ owner: Schema.String, balance: Schema.Int })
type Account = typeof Account.Type

const evolve = (account: Account, event: Event): Account =>
  event._tag === "Opened"
    ? { ...account, owner: event.owner }
    : { ...account, balance: account.balance + event.amount }

const definition = {
  name: "accounts",
  version: 1,
  events,
  keys: Projection.byStream,
  state: Account,
  initialState: { owner: "", balance: 0 },
  evolve
}

const made = Projection.makeUnsafe({ ...definition, indexes: { byOwner: ["owner", "balance"] } })

describe("a projection", () => {
  it("reads all stored names of its event types", () => {
    expect(made.types).toEqual(["Opened", "Created", "Paid"])
  })

  it("has its indexes with the kinds of their fields", () => {
    expect(made.indexes).toEqual([
      { name: "byOwner", fields: [{ field: "owner", kind: "Text" }, { field: "balance", kind: "Number" }] }
    ])
    expect(Projection.makeUnsafe(definition).indexes).toEqual([])
  })

  it("keeps its name, its version, its categories and its functions", () => {
    const { evolve, initialState, keys, name, version } = definition
    expect(made).toMatchObject({ name, version, events, keys, evolve, initialState, categories: undefined })
    expect(Projection.makeUnsafe({ ...definition, categories: ["account"] }).categories).toEqual(["account"])
  })

  it("is keyed by stream only with byStream", () => {
    expect(made).toMatchObject({ isKeyedByStream: true, isInline: false })
    const own: typeof Projection.byStream = (_, { stream }) => [stream]
    expect(Projection.makeUnsafe({ ...definition, keys: own }).isKeyedByStream).toBe(false)
  })

  it("writes and reads its states", () => {
    const encoded = Result.getOrThrow(made.encode({ owner: "Ada", balance: 5 }))
    expect(encoded).toEqual({ owner: "Ada", balance: 5 })
    expect(made.decode(encoded)).toEqual(Result.succeed({ owner: "Ada", balance: 5 }))
    expect(Result.isFailure(made.decode({ owner: "Ada" }))).toBe(true)
  })

  it("does not write a state that its indexes cannot hold", () => {
    expect(Result.isSuccess(made.encode({ owner: "a".repeat(500), balance: 0 }))).toBe(true)
    expect(failureOf(made.encode({ owner: "a".repeat(501), balance: 0 })).message)
      .toBe("state must not have more than 500 characters in the fields of index \"byOwner\" (owner, balance)")
    expect(Result.isSuccess(Projection.makeUnsafe(definition).encode({ owner: "a".repeat(501), balance: 0 }))).toBe(
      true
    )
  })
})

describe("make refuses", () => {
  const versionRule = "version must be a whole number from 1 to 2147483647"
  it.each<[string, object, string]>([
    ["an empty name", { name: "" }, "name must be a text of 1 to 255 characters"],
    ["a name too long", { name: "a".repeat(256) }, "name must be a text of 1 to 255 characters"],
    ["no name", { name: undefined }, "name must be a text of 1 to 255 characters"],
    ["a name that no store could hold", { name: "\ud800" }, "name must not contain a lone surrogate"],
    ...[0, -1, 1.5, NaN, Infinity, 2 ** 31, "1", undefined].map((version): [string, object, string] => [
      `version ${version}`,
      { version },
      versionRule
    ]),
    ["no events", { events: EventCodec.makeUnsafe([]) }, "events must have at least one event type"],
    ["no categories", { categories: [] }, "categories must have at least one category, or be left out"],
    ["a category with a dash", { categories: ["a", "b-c"] }, "categories[1] must not contain a dash"],
    ["an empty category", { categories: [""] }, "categories[0] must not be empty"],
    ["an index of no fields", { indexes: { i: [] } }, "indexes.i must have 1 to 16 fields"],
    ["an index with a field twice", { indexes: { i: ["owner", "owner"] } }, "indexes.i must not have a field twice"],
    [
      "an index of a field that no state has",
      { indexes: { i: ["owner"], j: ["balance", "toString"] } },
      "indexes.j must have fields that are a text, boolean, instant or finite number (not Schema.Number) in every state, unlike \"toString\""
    ],
    [
      "a state that has no form in JSON",
      { state: Schema.Struct({ [Symbol.for("a")]: Schema.String }) },
      "state must have a form in JSON: Error: Objects property names must be strings"
    ]
  ])("%s", (_, fields, message) => {
    const wrong: typeof definition = malformed({ ...definition, ...fields })
    const refusal = failureOf(Projection.make(wrong))
    expect(refusal._tag).toBe("InvalidInput")
    expect(refusal.message).toBe(message)
    expect(() => Projection.makeUnsafe(wrong)).toThrow(message)
  })
})

describe("make takes", () => {
  it.each([[1], [2 ** 31 - 1]])("version %i", (version) => {
    expect(Projection.makeUnsafe({ ...definition, version }).version).toBe(version)
  })

  it.each(["__proto__", "constructor", "toString"])(
    "the name %s, for itself, a category, an index and a field",
    (name) => {
      const projection = Projection.makeUnsafe({
        ...definition,
        name,
        categories: [name],
        state: Schema.Struct({ [name]: Schema.String }),
        initialState: {},
        evolve: (state: { readonly [name: string]: string }) => state,
        indexes: { [name]: [name] }
      })
      expect(projection.indexes).toEqual([{ name, fields: [{ field: name, kind: "Text" }] }])
    }
  )

  it("a state that is a union, with indexes of fields that all members have", () => {
    const state = Schema.TaggedUnion({
      Open: { owner: Schema.String },
      Closed: { owner: Schema.String, by: Schema.Int }
    })
    const union = {
      ...definition,
      state,
      initialState: state.cases.Open.make({ owner: "" }),
      evolve: (state: typeof Schema.Never.Type) => state
    }
    const wanted = (...fields: ReadonlyArray<string>) =>
      Projection.make(malformed<typeof definition>({ ...union, indexes: { i: fields } }))
    expect(Result.getOrThrow(wanted("_tag", "owner")).indexes[0]!.fields).toHaveLength(2)
    expect(failureOf(wanted("owner", "by")).rule).toContain("unlike \"by\"")
  })
})

describe("the states of an aggregate as a projection", () => {
  const account = Aggregate.makeUnsafe({
    category: "account",
    events,
    decider: Decider.make({
      initialState: { owner: "", balance: 0 },
      decide: (): Result.Result<ReadonlyArray<Event>> => Result.succeed([]),
      evolve
    })
  })
  const fields = { name: "accounts", version: 3, state: Account, indexes: { byOwner: ["owner"] } } as const
  const projection = Projection.ofAggregateUnsafe(account, fields)

  it("are inline, one row for each stream of its category", () => {
    expect(projection).toMatchObject({
      name: "accounts",
      version: 3,
      categories: ["account"],
      isInline: true,
      isKeyedByStream: true,
      types: ["Opened", "Created", "Paid"],
      initialState: account.decider.initialState,
      evolve
    })
  })

  it("follow the rules of any projection", () => {
    expect(failureOf(Projection.ofAggregate(account, { ...fields, version: 0 })).field).toBe("version")
    expect(() => Projection.ofAggregateUnsafe(account, { ...fields, name: "" })).toThrow("name must be")
  })

  it("have the types of the aggregate", () => {
    expectTypeOf(projection).toEqualTypeOf<Projection.Projection<Event, Account, "byOwner">>()
    expectTypeOf(() => [
      // @ts-expect-error the aggregate has another state
      Projection.ofAggregate(account, { ...fields, state: Schema.Struct({ sum: Schema.Int }) })
    ]).toBeFunction()
  })
})

describe("the types of a projection", () => {
  it("are inferred from its definition", () => {
    expectTypeOf(made).toEqualTypeOf<Projection.Projection<Event, Account, "byOwner">>()
    expectTypeOf(Projection.makeUnsafe(definition)).toEqualTypeOf<Projection.Projection<Event, Account>>()
    expectTypeOf(Projection.make(definition)).toEqualTypeOf<
      Result.Result<Projection.Projection<Event, Account>, InvalidInput>
    >()
  })

  it("come from codec and schema alone, so that functions need no annotations", () => {
    const Basket = Schema.Struct({
      items: Schema.Array(Schema.String),
      status: Schema.Literals(["open", "sent"]),
      last: Schema.Option(Schema.String)
    })
    const baskets = Projection.makeUnsafe({
      name: "baskets",
      version: 1,
      events,
      keys: (event, { stream }) => event._tag === "Opened" ? [event.owner, stream] : [],
      state: Basket,
      initialState: { items: [], status: "open", last: Option.none() },
      evolve: (basket, event, { version }, key) => {
        expectTypeOf(basket).toEqualTypeOf<typeof Basket.Type>()
        expectTypeOf(event).toEqualTypeOf<Event>()
        if (event._tag === "Paid") return version > 9 ? Projection.removed : { ...basket, status: "sent" }
        return { ...basket, items: [...basket.items, key], last: Option.some(event.owner) }
      },
      indexes: { byStatus: ["status"], other: ["status"] }
    })
    expectTypeOf(baskets).toEqualTypeOf<
      Projection.Projection<Event, typeof Basket.Type, "byStatus" | "other">
    >()
    expect(baskets.indexes.map(({ name }) => name)).toEqual(["byStatus", "other"])
  })

  it("restrict the indexes of a query", () => {
    const ask = <Index extends string>(
      _: Projection.Projection<Event, Account, Index>,
      query: RowQuery<NoInfer<Index>>
    ) => query.index
    expect(ask(made, { index: "byOwner" })).toBe("byOwner")
    // @ts-expect-error there is no such index
    expect(ask(made, { index: "byName" })).toBe("byName")
    // @ts-expect-error there are no indexes
    expect(ask(Projection.makeUnsafe(definition), { index: "byOwner" })).toBe("byOwner")
  })

  it("refuse parts that do not fit together", () => {
    expectTypeOf(() => [
      // @ts-expect-error the state has a balance
      Projection.make({ ...definition, state: Schema.Struct({ owner: Schema.String }), evolve }),
      // @ts-expect-error the initial state has no owner
      Projection.make({ ...definition, initialState: { balance: 0 } }),
      // @ts-expect-error evolve gives another state
      Projection.make({ ...definition, evolve: () => ({ owner: 1 }) }),
      // @ts-expect-error keys are texts
      Projection.make({ ...definition, keys: () => [1] })
    ]).toBeFunction()
  })
})
