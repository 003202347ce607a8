import * as Aggregate from "@refold/core/decide/Aggregate"
import * as Decider from "@refold/core/decide/Decider"
import * as AsOf from "@refold/core/journal/AsOf"
import * as ExpectedVersion from "@refold/core/journal/ExpectedVersion"
import * as MemoryStore from "@refold/memory/MemoryStore"
import * as Together from "@refold/store/decide/Together"
import { Refused } from "@refold/store/internal/decide/Refused"
import * as OpenStore from "@refold/store/internal/promise/OpenStore"
import type { Store } from "@refold/store/internal/promise/PromiseStore"
import { EventReader } from "@refold/store/log/EventReader"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import { getEventListeners } from "node:events"
import { describe, expect, it } from "vitest"
import * as Account from "../support/Account.ts"
import { account, deposit, withdraw } from "../support/Account.ts"
import { balances } from "../support/Balances.ts"
import { open, rejection } from "../support/PromiseStores.ts"

const aborted = (reason?: unknown) => AbortSignal.abort(reason)

describe("a handler", () => {
  it("resolves with the state and the events of a command", async () => {
    const handle = (await open()).handler(account)
    const { events, state, version } = await handle("a", deposit(1, 2))
    expect({ events, state, version }).toEqual({
      events: [{ _tag: "Deposited", amount: 1 }, { _tag: "Deposited", amount: 2 }],
      state: { balance: 3 },
      version: 2
    })
  })

  it.each([undefined, null, 7, "", Promise.resolve("a")])(
    "rejects the id %s, as a load and together do",
    async (given) => {
      const store = await open()
      // Values that untyped code can pass.
      const id = given as string
      const calls = [
        store.handler(account)(id, deposit(1)),
        store.load(account, id),
        store.together([Together.part(account, id, deposit(1))])
      ]
      for (const call of calls) {
        expect(await rejection(call)).toMatchObject({ _tag: "InvalidInput", field: "id" })
      }
    }
  )

  it("rejects a refused command with an Error that has the refusal, also in its message", async () => {
    const handle = (await open()).handler(account)
    const error = await rejection(handle("a", withdraw(5)))
    expect(error).toBeInstanceOf(Error)
    expect(error).toBeInstanceOf(Refused)
    expect(error).toMatchObject({ _tag: "Refused", refusal: { _tag: "Overdrawn", balance: 0 } })
    expect(String(error)).toContain("Overdrawn")
  })

  it("rejects with the errors of the library unchanged, each an Error with its tag", async () => {
    const handle = (await open()).handler(account)
    await handle("a", deposit(1))
    const conflict = await rejection(handle("a", deposit(1), { expected: ExpectedVersion.NoStream }))
    const invalid = await rejection(handle("", deposit(1)))
    expect([conflict, invalid].map((error) => error instanceof Error)).toEqual([true, true])
    expect([conflict, invalid]).toMatchObject([{ _tag: "VersionConflict" }, { _tag: "InvalidInput" }])
  })

  it("returns the first answer under a repeated idempotency key", async () => {
    const handle = (await open()).handler(account)
    const first = await handle("a", deposit(1), { idempotencyKey: "k" })
    const again = await handle("a", deposit(1), { idempotencyKey: "k" })
    expect(again).toEqual({ ...first, deduplicated: true })
  })

  it("stores the metadata and the time of the options, which may be a Date", async () => {
    const store = await open()
    await store.handler(account)("a", deposit(1), { metadata: { actor: "ada" }, occurredAt: new Date(1000) })
    const [event] = await store.effect(Account.history("a"))
    expect(event).toMatchObject({ metadata: { actor: "ada" }, occurredAt: DateTime.makeUnsafe(1000) })
  })

  it("refuses an invalid Date", async () => {
    const store = await open()
    const error = await rejection(store.handler(account)("a", deposit(1), { occurredAt: new Date(NaN) }))
    expect(error).toMatchObject({ _tag: "InvalidInput", field: expect.stringContaining("occurredAt") })
    expect(await rejection(store.load(account, "a", { asOf: AsOf.recordedAt(new Date(NaN)) })))
      .toMatchObject({ _tag: "InvalidInput", field: "asOf.instant" })
  })

  it("distinguishes a refusal from an error of the library of the same type", async () => {
    const conflict = await rejection(
      (await open()).handler(account)("a", deposit(1), { expected: ExpectedVersion.Exact(Account.at(1) as never) })
    )
    const refusing = Aggregate.makeUnsafe({
      category: "account",
      events: Account.codec,
      decider: { ...Account.decider, decide: () => Result.fail(conflict) }
    })
    const outcome = await (await open()).handler(refusing).try("a", deposit(1))
    expect(outcome).toMatchObject({ ok: false, error: { _tag: "Refused" } })
  })

  it("stores the events of a decide that returns plain objects", async () => {
    const plain = Aggregate.makeUnsafe({
      category: "account",
      events: Account.codec,
      decider: Decider.make<Account.Command, Account.State, Account.Event, "no">({
        ...Account.decider,
        decide: (command) =>
          command._tag === "Deposit" ? { events: [{ _tag: "Deposited", amount: 1 }] } : { refused: "no" }
      })
    })
    const handle = (await open()).handler(plain)
    expect((await handle("a", deposit(7))).state).toEqual({ balance: 1 })
    expect(await rejection(handle("a", withdraw(1)))).toMatchObject({ refusal: "no" })
  })
})

describe("try", () => {
  it("returns the answer, or the error as a value", async () => {
    const handle = (await open()).handler(account)
    expect(await handle.try("a", deposit(1))).toMatchObject({ ok: true, value: { state: { balance: 1 } } })
    expect(await handle.try("a", withdraw(5))).toMatchObject({ ok: false, error: { _tag: "Refused" } })
    expect(await handle.try("", deposit(1))).toMatchObject({ ok: false, error: { _tag: "InvalidInput" } })
  })

  it("returns an aborted call and a closed store as values, too", async () => {
    const store = await open()
    const handle = store.handler(account)
    expect(await handle.try("a", deposit(1), { signal: aborted("why") }))
      .toMatchObject({ ok: false, error: { _tag: "Aborted", reason: "why" } })
    await store.close()
    expect(await handle.try("a", deposit(1))).toMatchObject({ ok: false, error: { _tag: "StoreClosed" } })
  })
})

describe("a bug", () => {
  it("rejects with an UnexpectedError that has it as its cause", async () => {
    const store = await open()
    const bug = new TypeError("a bug")
    const error = await rejection(store.effect(Effect.die(bug)))
    expect(error).toMatchObject({ _tag: "UnexpectedError", cause: bug })
    expect(String(error)).toContain("a bug")
  })
})

describe("load", () => {
  it("returns the state now, and as of a past version", async () => {
    const store = await open()
    await store.handler(account)("a", deposit(1, 2))
    expect((await store.load(account, "a")).state).toEqual({ balance: 3 })
    expect((await store.load(account, "a", { asOf: AsOf.version(1) })).state).toEqual({ balance: 1 })
  })
})

describe("together", () => {
  it("stores the events of all parts in one commit, or none", async () => {
    const store = await open()
    const both = (amount: number) =>
      store.together([Together.part(account, "a", withdraw(amount)), Together.part(account, "b", deposit(amount))])
    await store.handler(account)("a", deposit(5))
    expect((await both(3))?.streams.map(({ stream }) => stream)).toEqual(["account-a", "account-b"])
    expect(await rejection(both(3))).toMatchObject({ _tag: "PartRefused", refusal: { _tag: "Overdrawn" } })
    expect((await store.load(account, "b")).state).toEqual({ balance: 3 })
  })

  it("resolves with undefined if no part has events", async () => {
    expect(await (await open()).together([Together.part(account, "a", deposit())])).toBeUndefined()
  })
})

describe("rows", () => {
  it("read after an answer of a handler include it", async () => {
    const store = await open()
    await using _ = await store.project(balances)
    const handle = store.handler(account)
    const rows = store.rows(balances)
    await handle("b", deposit(7))
    const last = await handle("a", deposit(5))
    expect(await rows.after(last).get("account-a")).toMatchObject({ state: { balance: 5, events: 1 } })
    expect(await rows.get("account-c")).toBeUndefined()
    const page = await rows.query({ index: "byBalance", limit: 1, descending: true })
    expect(page.rows.map(({ key }) => key)).toEqual(["account-b"])
    expect((await rows.query({ index: "byBalance", limit: 1, descending: true, after: page.next })).rows[0]?.key)
      .toBe("account-a")
    expect((await rows.query()).next).toBeUndefined()
  })

  it("that never include it reject with AwaitTimeout", async () => {
    const store = await open()
    const handled = await store.handler(account)("a", deposit(5))
    expect(await rejection(store.rows(balances).after(handled, { timeout: "1 millis" }).get("account-a")))
      .toMatchObject({ _tag: "AwaitTimeout" })
  })
})

describe("effect", () => {
  it("runs an effect with the services of the store", async () => {
    const store = await open()
    await store.handler(account)("a", deposit(1, 2))
    expect(await store.effect(Effect.flatMap(EventReader, ({ head }) => head))).toBe(2)
  })

  it("rejects with an Error if the effect fails with a plain object", async () => {
    const error = await rejection((await open()).effect(Effect.fail({ _tag: "No" })))
    expect(error).toMatchObject({ _tag: "Refused", refusal: { _tag: "No" } })
  })
})

describe("a signal", () => {
  it("that is aborted rejects a call with its reason, and nothing is stored", async () => {
    const store = await open()
    const reason = new Error("too late")
    expect(await rejection(store.handler(account)("a", deposit(1), { signal: aborted(reason) }))).toBe(reason)
    expect(await rejection(store.load(account, "a", { signal: aborted() }))).toMatchObject({ name: "AbortError" })
    expect((await store.load(account, "a")).version).toBe(0)
  })

  it("that is aborted during a call rejects it at once, and interrupts its effect", async () => {
    const store = await open()
    const controller = new AbortController()
    let interrupted = false
    const call = store.effect(
      Effect.onInterrupt(Effect.never, () => Effect.sync(() => void (interrupted = true))),
      { signal: controller.signal }
    )
    controller.abort("why")
    await expect(call).rejects.toBe("why")
    await store.close()
    expect(interrupted).toBe(true)
  })

  it("may be given to any number of calls", async () => {
    const store = await open()
    const { signal } = new AbortController()
    const calls = Array.from({ length: 50 }, (_, n) => store.load(account, `${n}`, { signal }))
    // Node warns from 11 listeners on.
    expect(getEventListeners(signal, "abort")).toHaveLength(1)
    expect(await Promise.all(calls)).toHaveLength(50)
  })

  it("aborts the opening of a store", async () => {
    expect(await rejection(OpenStore.open(MemoryStore.layer, { signal: aborted("why") }))).toBe("why")
  })
})

describe("close", () => {
  it("refuses each call afterwards with StoreClosed", async () => {
    const store = await open()
    const handle = store.handler(account)
    await store.close()
    const uses: ReadonlyArray<(store: Store) => Promise<unknown>> = [
      () => handle("a", deposit(1)),
      (store) => store.load(account, "a"),
      (store) => store.together([Together.part(account, "a", deposit(1))]),
      (store) => store.rows(balances).get("a"),
      (store) => store.project(balances),
      (store) => store.subscribe()[Symbol.asyncIterator]().next(),
      (store) => store.effect(Effect.void)
    ]
    const errors = await Promise.all(uses.map((use) => rejection(use(store))))
    expect(errors.map((error) => (error as { readonly _tag: string })._tag)).toEqual(uses.map(() => "StoreClosed"))
  })

  it("waits for the calls that were made, and can be repeated", async () => {
    const store = await open()
    let open_: () => void = () => undefined
    const gate = new Promise<void>((resolve) => {
      open_ = resolve
    })
    const call = store.effect(Effect.as(Effect.promise(() => gate), "done"))
    let isClosed = false
    const closed = store.close().then(() => {
      isClosed = true
    })
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(isClosed).toBe(false)
    open_()
    expect(await call).toBe("done")
    await Promise.all([closed, store.close()])
    expect(isClosed).toBe(true)
  })

  it("releases the resources of its layer, also with await using", async () => {
    const released: Array<string> = []
    const layer = Layer.merge(
      MemoryStore.layer,
      Layer.effectDiscard(Effect.addFinalizer(() => Effect.sync(() => void released.push("released"))))
    )
    {
      await using _ = await OpenStore.open(layer)
    }
    expect(released).toEqual(["released"])
  })

  it("releases the resources of a layer that fails, and rejects with its error", async () => {
    const released: Array<string> = []
    const held = Layer.effectDiscard(Effect.addFinalizer(() => Effect.sync(() => void released.push("released"))))
    const failing = Layer.effectDiscard(Effect.fail(new RangeError("no")))
    const error = await rejection(OpenStore.open(Layer.provideMerge(Layer.merge(failing, MemoryStore.layer), held)))
    expect(error).toBeInstanceOf(RangeError)
    expect(released).toEqual(["released"])
  })
})
