/** Planted faults: for each law of a module, faulty subjects for which the law must fail. This shows that the law can fail. */
// Titles are the names of laws and faults.
/* oxlint-disable vitest/valid-title */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { describe, expect, it } from "vitest"
import * as SkewedClock from "../../src/kit/internal/SkewedClock.ts"
import type * as Law from "../../src/kit/Law.ts"
import { sections } from "./LawPages.ts"

/** Checks the suite of a faulty subject for one law. */
export type Planted = (law: string) => Promise<Law.Verdict>

/** The laws of a module by the names under which they are exported, each with the faults that break it. */
export type Table<Laws> = { readonly [law in keyof Laws]: Readonly<Record<string, Planted>> }

// At least one of 150 inputs reveals each fault, so less than one check in a hundred million misses it. The first input
// that breaks the law ends the check.
const runs = 3000

/** Faulty subjects of laws about pure functions. */
export const pure = (properties: ReadonlyArray<Law.Property<never>>): Planted => (law) =>
  propertyOf(properties, law).check({ runs, run: Effect.runPromise, shrink: false })

const propertyOf = <R>(properties: ReadonlyArray<Law.Property<R>>, law: string): Law.Property<R> => {
  const property = properties.find((property) => property.law === law)
  if (property === undefined) throw new Error(`no suite has the law "${law}"`)
  return property
}

// Longer than a law waits before it compares. A fault may cause work that never ends.
const timeout: Duration.Input = "20 seconds"

/** Faulty services. Use a shorter timeout for a fault that causes work that never ends. */
export const services =
  <R>(layer: Layer.Layer<R>, properties: ReadonlyArray<Law.Property<R>>, inputTimeout = timeout): Planted =>
  async (law) => {
    const runtime = ManagedRuntime.make(Layer.provideMerge(layer, SkewedClock.jittering))
    const verdict = await propertyOf(properties, law).check({
      runs,
      run: runtime.runPromise,
      shrink: false,
      inputTimeout
    })
    await runtime.dispose()
    return verdict
  }

/** The arguments of a module's laws, if they are functions. */
export type Subject = ReadonlyArray<unknown>

const nameOf = (law: unknown, subject: Subject): string => {
  const made: unknown = typeof law === "function" ? Reflect.apply(law, undefined, subject) : law
  return typeof made === "object" && made !== null && "name" in made ? String(made.name) : "not a law"
}

/** Tests that each law of a module fails for each of its faults, and that the documentation lists all of them. */
export const find = <Laws extends object>(module: string, laws: Laws, subject: Subject, table: Table<Laws>): void => {
  describe(module, () => {
    it("each law has a planted fault and a unique name", () => {
      expect(Object.keys(table).toSorted()).toEqual(Object.keys(laws).toSorted())
      const names = Object.values(laws).map((law) => nameOf(law, subject))
      expect(new Set(names).size).toBe(names.length)
    })

    it("the documentation lists each law with its planted faults", () => {
      const listed = Object.entries<Table<Laws>[keyof Laws]>(table).map(([law, faults]) =>
        [nameOf(Reflect.get(laws, law), subject), Object.keys(faults)] as const
      )
      const section = sections.find((section) => section.module === module)
      expect(section?.laws).toEqual(Object.fromEntries(listed))
      expect(section?.count).toBe(listed.length)
    })

    const rows = Object.entries<Table<Laws>[keyof Laws]>(table).flatMap(([law, faults]) =>
      Object.entries(faults).map(([fault, planted]) =>
        [nameOf(Reflect.get(laws, law), subject), fault, planted] as const
      )
    )

    it.each(rows)("%s: broken by %s", async (law, _, planted) => {
      expect(await planted(law)).toMatchObject({ _tag: "Broken", law })
    })
  })
}
