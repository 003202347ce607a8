import * as Schema from "effect/Schema"
import { describe, expect, expectTypeOf, it } from "vitest"
import * as EventType from "../../src/event/EventType.ts"

const V1 = Schema.Struct({ owner: Schema.String })
const V2 = Schema.Struct({ owner: Schema.String, currency: Schema.Literals(["EUR", "CZK"]) })
const V3 = Schema.Struct({ holder: Schema.String, currency: Schema.Literals(["EUR", "CZK"]) })

const AccountOpened = EventType.make("AccountOpened", V1).pipe(
  EventType.renamedFrom("AccountCreated"),
  EventType.upcast(V2, (v1) => ({ ...v1, currency: "EUR" })),
  EventType.renamedFrom("Opened"),
  EventType.upcast(V3, ({ currency, owner }) => ({ holder: owner, currency }))
)

describe("an event type", () => {
  it("numbers its versions from 1", () => {
    expect(AccountOpened.versions.map(({ version }) => version)).toEqual([1, 2, 3])
  })

  it("may start at a later version", () => {
    const later = EventType.make("A", V1, { schemaVersion: 4 }).pipe(EventType.upcast(V1, (v4) => v4))
    expect(later.versions.map(({ version }) => version)).toEqual([4, 5])
  })

  it("has an upcaster to every version but the oldest", () => {
    expect(AccountOpened.versions.map(({ upcast }) => upcast !== undefined)).toEqual([false, true, true])
  })

  it("keeps its name and collects its former names, in whatever order they are declared", () => {
    expect(AccountOpened.name).toBe("AccountOpened")
    expect(AccountOpened.formerNames).toEqual(["AccountCreated", "Opened"])
  })

  it("makes events of its latest version", () => {
    expect(AccountOpened.make({ holder: "Ada", currency: "CZK" }))
      .toEqual({ _tag: "AccountOpened", holder: "Ada", currency: "CZK" })
  })

  it("is not changed by the types that are made from it", () => {
    const first = EventType.make("A", V1)
    first.pipe(EventType.renamedFrom("B"), EventType.upcast(V2, (v1) => ({ ...v1, currency: "EUR" })))
    expect([first.formerNames, first.versions.length]).toEqual([[], 1])
  })
})

// Code under `@ts-expect-error` is checked by `tsc`, and does not run.
describe("the types of an event type", () => {
  const Opened = EventType.make("A", V1)

  it("are its name and the fields of its latest version", () => {
    expectTypeOf<typeof AccountOpened.Event>().toEqualTypeOf<
      { readonly _tag: "AccountOpened" } & { readonly holder: string; readonly currency: "EUR" | "CZK" }
    >()
    expectTypeOf(AccountOpened.make).parameter(0).toEqualTypeOf<typeof V3.Type>()
  })

  it("give an upcaster the fields of the version before", () => {
    Opened.pipe(EventType.upcast(V2, (v1) => {
      expectTypeOf(v1).toEqualTypeOf<{ readonly owner: string }>()
      return { ...v1, currency: "EUR" }
    }))
  })

  it("refuse an upcaster that reads a field that the version before does not have", () => {
    expectTypeOf(() => [
      // @ts-expect-error the version before has an owner, but no holder
      Opened.pipe(EventType.upcast(V2, ({ holder }) => ({ owner: holder, currency: "EUR" }))),
      // @ts-expect-error the version before has an owner, but no holder
      Opened.pipe(EventType.upcast(V1, (v1: typeof V3.Type) => ({ owner: v1.holder })))
    ]).toBeFunction()
  })

  it("refuse an upcaster whose result has a field of another type than the next version", () => {
    expectTypeOf(() => [
      // @ts-expect-error an owner is a text
      Opened.pipe(EventType.upcast(V1, () => ({ owner: 1 })))
    ]).toBeFunction()
  })

  it("refuse an upcaster whose result lacks a field of the next version", () => {
    expectTypeOf(() => [
      // @ts-expect-error the next version has a currency
      Opened.pipe(EventType.upcast(V2, (v1) => v1)),
      // @ts-expect-error the next version has a currency
      Opened.pipe(EventType.upcast(V2, (v1: typeof V1.Type) => ({ owner: v1.owner })))
    ]).toBeFunction()
  })

  it("refuse an upcaster whose result is wider than the next version", () => {
    expectTypeOf(() => [
      // @ts-expect-error the next version allows two currencies only
      Opened.pipe(EventType.upcast(V2, (v1) => ({ ...v1, currency: "USD" }))),
      // @ts-expect-error the next version allows two currencies only
      Opened.pipe(EventType.upcast(V2, (v1) => ({ ...v1, currency: v1.owner })))
    ]).toBeFunction()
  })

  it("refuse to make an event without all its fields", () => {
    expectTypeOf(() => [
      // @ts-expect-error the latest version has a currency
      AccountOpened.make({ holder: "Ada" }),
      // @ts-expect-error the latest version calls the owner a holder
      AccountOpened.make({ owner: "Ada", currency: "EUR" })
    ]).toBeFunction()
  })
})
