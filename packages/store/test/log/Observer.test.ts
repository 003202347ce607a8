import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import * as Observer from "@refold/store/log/Observer"
import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Logger from "effect/Logger"
import * as Scope from "effect/Scope"
import { describe, expect, it } from "vitest"
import { history, runAtZero } from "../support/Account.ts"
import { deposit, pass } from "../support/Balances.ts"

// An observer that records the events that it is run for.
const notes = <E = never, R = never>(
  then: (event: RecordedEvent) => Effect.Effect<unknown, E, R> = () => Effect.void
) => {
  const seen: Array<string> = []
  return {
    seen,
    observe: (event: RecordedEvent) =>
      Effect.suspend(() => {
        seen.push(`${event.stream}@${event.version}`)
        return Effect.asVoid(then(event))
      })
  }
}

describe("an observer", () => {
  it("is run for new events, in order", () =>
    runAtZero(Effect.gen(function*() {
      const { observe, seen } = notes()
      yield* deposit("a", 1)
      yield* Observer.observe(observe)
      yield* deposit("a", 2)
      yield* deposit("b", 3)
      yield* deposit("a", 4)
      yield* pass(0)
      expect(seen).toEqual(["account-a@2", "account-b@1", "account-a@3"])
    })))

  it("is run only for events that pass its filter", () =>
    runAtZero(Effect.gen(function*() {
      const { observe, seen } = notes()
      yield* Observer.observe(observe, { types: ["Withdrawn"] })
      yield* Observer.observe(observe, { categories: ["account"], types: ["Deposited"] })
      yield* deposit("a", 1)
      yield* pass(0)
      expect(seen).toEqual(["account-a@1"])
    })))

  it("is not run after its scope closes", () =>
    runAtZero(Effect.gen(function*() {
      const { observe, seen } = notes()
      const scope = yield* Scope.make()
      yield* Scope.provide(Observer.observe(observe), scope)
      yield* deposit("a", 1)
      yield* pass(0)
      yield* Scope.close(scope, Exit.void)
      yield* deposit("a", 2)
      yield* pass(0)
      expect(seen).toEqual(["account-a@1"])
    })))

  it("may append, and is then run for these events", () =>
    runAtZero(Effect.gen(function*() {
      const { observe, seen } = notes(({ stream }) => stream === "account-a" ? deposit("b", 1) : Effect.void)
      yield* Observer.observe(observe)
      yield* deposit("a", 1, 2)
      yield* pass(0)
      expect(seen).toEqual(["account-a@1", "account-a@2", "account-b@1", "account-b@2"])
    })))

  it("may start another observer, which is run for later events only", () =>
    runAtZero(Effect.gen(function*() {
      const inner = notes()
      const scope = yield* Effect.scope
      const outer = notes(({ version }) =>
        version === 1 ? Scope.provide(Observer.observe(inner.observe), scope) : Effect.void
      )
      yield* Observer.observe(outer.observe)
      yield* deposit("a", 1)
      yield* pass(0)
      yield* deposit("a", 2)
      yield* pass(0)
      expect(outer.seen).toEqual(["account-a@1", "account-a@2"])
      expect(inner.seen).toEqual(["account-a@2"])
    })))

  it("may stop itself", () =>
    runAtZero(Effect.gen(function*() {
      const scope = yield* Scope.make()
      const { observe, seen } = notes(() => Effect.forkDetach(Scope.close(scope, Exit.void)))
      yield* Scope.provide(Observer.observe(observe), scope)
      yield* deposit("a", 1)
      yield* pass(0)
      yield* deposit("a", 2)
      yield* pass(0)
      expect(seen).toEqual(["account-a@1"])
    })))
})

describe("an observer that fails", () => {
  it.each<[string, () => Effect.Effect<void, string>]>([
    ["with an error", () => Effect.fail("no")],
    ["with a defect", () => Effect.die("no")],
    ["by throwing", () => {
      throw new Error("no")
    }]
  ])(
    "%s is run for the next event, and other observers are not affected",
    (_, fail) =>
      runAtZero(Effect.gen(function*() {
        const failing = notes(fail)
        const other = notes()
        const failures: Array<string> = []
        const onFailure = (cause: Cause.Cause<string>, { version }: RecordedEvent) =>
          Effect.sync(() => void failures.push(`${version}: ${String(Cause.squash(cause)).replace("Error: ", "")}`))
        yield* Observer.observe(failing.observe, { onFailure })
        yield* Observer.observe(other.observe)
        yield* deposit("a", 1, 2)
        yield* pass(0)
        expect(failing.seen).toEqual(["account-a@1", "account-a@2"])
        expect(other.seen).toEqual(failing.seen)
        expect(failures).toEqual(["1: no", "2: no"])
      }))
  )

  it("is logged by default", () =>
    runAtZero(Effect.gen(function*() {
      const logged: Array<unknown> = []
      const logger = Logger.make<unknown, void>(({ message }) => void logged.push(message))
      yield* Effect.provide(Observer.observe(() => Effect.fail("no")), Logger.layer([logger]))
      yield* deposit("a", 1)
      yield* pass(0)
      expect(logged.flat()).toContain("an observer failed for event Deposited at position 1")
    })))
})

describe("a slow observer", () => {
  it("blocks neither writers nor other observers, and is run for every event", () =>
    runAtZero(Effect.gen(function*() {
      const goOn = yield* Deferred.make<void>()
      const slow = notes(() => Deferred.await(goOn))
      const quick = notes()
      yield* Observer.observe(slow.observe)
      yield* Observer.observe(quick.observe)
      yield* deposit("a", 1, 2, 3, 4, 5)
      yield* pass(0)
      expect(slow.seen).toEqual(["account-a@1"])
      expect(quick.seen).toHaveLength(5)
      expect(yield* history("a")).toHaveLength(5)
      yield* Deferred.succeed(goOn, undefined)
      yield* pass(0)
      expect(slow.seen).toEqual(quick.seen)
    })))

  it("that interrupts itself is run for the next event", () =>
    runAtZero(Effect.gen(function*() {
      const { observe, seen } = notes(() => Effect.interrupt)
      const causes: Array<boolean> = []
      const onFailure = (cause: Cause.Cause<unknown>) => Effect.sync(() => void causes.push(Cause.hasInterrupts(cause)))
      yield* Observer.observe(observe, { onFailure })
      yield* deposit("a", 1, 2)
      yield* pass(0)
      expect(seen).toEqual(["account-a@1", "account-a@2"])
      expect(causes).toEqual([true, true])
    })))

  it("fails to start with an invalid option", () =>
    runAtZero(Effect.gen(function*() {
      const refused = yield* Effect.flip(Observer.observe(notes().observe, { types: [""] }))
      expect(refused).toMatchObject({ _tag: "InvalidInput", field: "types[0]" })
    })))
})
