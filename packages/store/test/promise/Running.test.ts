import * as MemoryStore from "@refold/memory/MemoryStore"
import * as Consumer from "@refold/store/consume/Consumer"
import { EventStoreError } from "@refold/store/log/EventStoreError"
import * as Projector from "@refold/store/project/Projector"
import { ReadModelStore } from "@refold/store/project/ReadModelStore"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { describe, expect, it } from "vitest"
import * as Account from "../support/Account.ts"
import { account, deposit } from "../support/Account.ts"
import { balances, changed } from "../support/Balances.ts"
import * as Mail from "../support/Mail.ts"
import { open, rejection } from "../support/PromiseStores.ts"

const failure = new EventStoreError({ operation: "lock", cause: "out of order", isPermanent: true })

// The rows of a store whose batches fail permanently when switched to failure.
const breaking = () => {
  const state = { isBroken: false }
  const layer = Layer.provideMerge(
    Layer.effectContext(Effect.map(ReadModelStore, (store) =>
      Context.make(
        ReadModelStore,
        ReadModelStore.of({
          ...store,
          generations: (name) => state.isBroken ? Effect.fail(failure) : store.generations(name)
        })
      ))),
    MemoryStore.layer
  )
  return { state, layer }
}

describe("a runnable in the background", () => {
  it("works until it is stopped, and then is done", async () => {
    const store = await open()
    const handle = store.handler(account)
    const running = await store.project(balances)
    await store.rows(balances).after(await handle("a", deposit(1))).get("account-a")
    await running.stop()
    await running.stop()
    await running.done
    const late = await handle("a", deposit(1))
    expect(await rejection(store.rows(balances).after(late, { timeout: "5 millis" }).get("account-a")))
      .toMatchObject({ _tag: "AwaitTimeout" })
  })

  it("is stopped at the end of its block", async () => {
    const store = await open()
    let done: Promise<void>
    {
      await using running = await store.project(balances)
      done = running.done
    }
    expect(await done).toBeUndefined()
  })

  it("is stopped by its signal", async () => {
    const controller = new AbortController()
    const running = await (await open()).project(balances, { signal: controller.signal })
    controller.abort()
    expect(await running.done).toBeUndefined()
  })

  it("is not started with a signal that is aborted", async () => {
    expect(await rejection((await open()).project(balances, { signal: AbortSignal.abort("why") }))).toBe("why")
  })

  it("is done with the error that ended it", async () => {
    const { layer, state } = breaking()
    const store = await open(layer)
    const running = await store.project(balances)
    state.isBroken = true
    expect(await rejection(running.done)).toBe(failure)
    await running.stop()
  })

  it("rejects at the start if the start fails", async () => {
    const store = await open()
    await store.effect(Projector.catchUp(changed({ version: 2 })))
    expect(await rejection(store.consume(Mail.make().consumer, { attempts: 0 }))).toMatchObject({
      _tag: "InvalidInput"
    })
    expect(await rejection(store.project(balances))).toMatchObject({ _tag: "ProjectionOutdated" })
  })

  it("reports that the code is up to date", async () => {
    const running = await (await open()).project(balances)
    expect(running.outdated()).toBeUndefined()
  })

  it("is stopped when its store is closed, after the current event", async () => {
    const store = await open()
    const sent: Array<string> = []
    const started = Promise.withResolvers<void>()
    const gate = Promise.withResolvers<void>()
    const handle = store.handler(account)
    const running = await store.consume(Consumer.makeUnsafe<Account.Event>({
      name: "mail",
      events: Account.codec,
      startAt: "start",
      handle: async (event, _, { signal }) => {
        sent.push(`begins ${event.amount}`)
        started.resolve()
        await gate.promise
        // The store still accepts calls of running handlers.
        await store.load(account, "a", { signal })
        sent.push(`sent ${event.amount}`)
      }
    }))
    await handle("a", deposit(1, 2))
    await started.promise
    const closed = store.close()
    gate.resolve()
    await closed
    await running.done
    expect(sent).toEqual(["begins 1", "sent 1"])
  })
})
