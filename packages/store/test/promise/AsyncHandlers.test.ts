import * as Aggregate from "@refold/core/decide/Aggregate"
import * as StreamName from "@refold/core/event/StreamName"
import * as Process from "@refold/core/process/Process"
import * as Consumer from "@refold/store/consume/Consumer"
import { Refused } from "@refold/store/internal/decide/Refused"
import type { Store } from "@refold/store/internal/promise/PromiseStore"
import { EventStoreError } from "@refold/store/log/EventStoreError"
import * as ProcessHandler from "@refold/store/process/ProcessHandler"
import * as ProcessInstances from "@refold/store/process/ProcessInstances"
import * as ProcessRunner from "@refold/store/process/ProcessRunner"
import * as Parked from "@refold/store/project/Parked"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { describe, expect, it } from "vitest"
import * as Account from "../support/Account.ts"
import { account, deposit, withdraw } from "../support/Account.ts"
import { open, rejection } from "../support/PromiseStores.ts"

type Handle = NonNullable<Consumer.Definition<Account.Event>["handle"]>

const consumer = (handle: Handle, parts: Partial<Consumer.Definition<Account.Event>> = {}) =>
  Consumer.makeUnsafe<Account.Event>({ name: "mail", events: Account.codec, startAt: "start", handle, ...parts })

const catchUp = (store: Store, own: Consumer.Consumer<Account.Event>) =>
  store.effect(Consumer.catchUp(own, { attempts: 1 }))

describe("an async handler of a consumer", () => {
  it("gets each event in order, one at a time", async () => {
    const store = await open()
    const seen: Array<string> = []
    await store.handler(account)("a", deposit(1, 2))
    await catchUp(
      store,
      consumer(async ({ amount }, { version }) => {
        seen.push(`begins ${amount} ${version}`)
        await Promise.resolve()
        seen.push(`ends ${amount}`)
      })
    )
    expect(seen).toEqual(["begins 1 1", "ends 1", "begins 2 2", "ends 2"])
  })

  it.each<[string, Handle]>([
    ["rejects", () => Promise.reject(new Error("no luck"))],
    ["throws", () => {
      throw new Error("no luck")
    }]
  ])("that %s has failed, which parks the stream and not the program", async (_, handle) => {
    const store = await open()
    await store.handler(account)("a", deposit(1))
    const own = consumer(handle)
    await catchUp(store, own)
    const [parked] = await store.effect(Parked.list(Consumer.target(own)))
    expect(parked).toMatchObject({ stream: "account-a", reason: expect.stringContaining("no luck") })
  })

  it("has a signal that is aborted at its timeout", async () => {
    const store = await open()
    await store.handler(account)("a", deposit(1))
    let reason: unknown
    await catchUp(
      store,
      consumer((_, __, { signal }) =>
        new Promise((resolve) => {
          signal.addEventListener("abort", () => {
            reason = signal.reason
            resolve(undefined)
          })
        }), { timeout: "5 millis" })
    )
    expect(reason).toMatchObject({ name: "AbortError" })
  })

  it("stores events with the event as their cause through its signal", async () => {
    const store = await open()
    const handle = store.handler(account)
    const { lastEventId } = await handle("a", deposit(1))
    await catchUp(
      store,
      consumer(async (_, { stream }, { signal }) => {
        if (stream === "account-a") await handle("b", deposit(2), { signal })
      })
    )
    const [event] = await store.effect(Account.history("b"))
    expect(event?.metadata).toEqual({ causationId: lastEventId, correlationId: lastEventId })
  })

  it("may handle the events of a batch together", async () => {
    const store = await open()
    await store.handler(account)("a", deposit(1, 2, 3))
    const batches: Array<ReadonlyArray<number>> = []
    await catchUp(
      store,
      Consumer.makeUnsafe<Account.Event>({
        name: "mail",
        events: Account.codec,
        startAt: "start",
        handleAll: async (delivered) => {
          batches.push(delivered.map(({ event }) => event.amount))
          await Promise.resolve()
        }
      })
    )
    expect(batches).toEqual([[1, 2, 3]])
  })
})

const Command = Schema.Union([
  Schema.TaggedStruct("Deposit", { amounts: Schema.Array(Schema.Number) }),
  Schema.TaggedStruct("Withdraw", { amount: Schema.Number })
])
const target = Aggregate.makeUnsafe({ ...account, category: "vault", commands: Command, snapshots: undefined })

// For each deposit in an account, moves the same amount out of the vault.
const process = Process.makeUnsafe<Account.Event, null>({
  name: "moving",
  events: Account.codec,
  categories: ["account"],
  targets: [target],
  correlate: (_, { stream }) => Option.some(StreamName.id(stream)),
  initialState: null,
  evolve: () => null,
  react: (_, input) =>
    input._tag === "Deposited" ? [Process.send(target, "v", withdraw(input.amount), { label: "move" })] : []
})

const outcomeOf = async (handle: ProcessHandler.Handle<Account.Command, unknown, never>, amount = 1) => {
  const store = await open()
  await store.handler(target)("v", deposit(10))
  await store.handler(account)("a", deposit(amount))
  await run(store, ProcessHandler.withHandler(target, handle))
  const history = await store.effect(ProcessInstances.history(process, "a"))
  return history.flatMap(({ event }) =>
    event._tag === "ProcessReacted" && event.trigger._tag === "Answered" ? [event.trigger.outcome] : []
  )
}

const run = (store: Store, ...handlers: ReadonlyArray<ProcessHandler.ProcessHandler>) =>
  store.effect(ProcessRunner.catchUp(process, { handlers, commandAttempts: 1 }))

describe("an async handler of a process", () => {
  it("handles its commands, also by the handler of a Promise store, once each", async () => {
    const store = await open()
    const handle = store.handler(target)
    await handle("v", deposit(10))
    await store.handler(account)("a", deposit(3))
    const own = ProcessHandler.withHandler(target, handle)
    await run(store, own)
    await run(store, own)
    expect((await store.load(target, "v")).state).toEqual({ balance: 7 })
  })

  it("may be wrapped, as long as it passes its options on", async () => {
    const store = await open()
    const handle = store.handler(target)
    await handle("v", deposit(10))
    await store.handler(account)("a", deposit(3))
    const own = ProcessHandler.withHandler(target, async (id, command: Account.Command, options) => {
      await Promise.resolve()
      return handle(id, command, { ...options, metadata: { actor: "moving" } })
    })
    await run(store, own)
    expect((await store.load(target, "v")).state).toEqual({ balance: 7 })
  })

  it.each<[string, () => Promise<unknown>, object]>([
    ["Refused", () => Promise.reject(new Refused({ refusal: { _tag: "No" } })), {
      _tag: "Refused",
      refusal: { _tag: "No" }
    }],
    ["another error", () => Promise.reject(new TypeError("oops")), {
      _tag: "Failed",
      reason: expect.stringContaining("oops")
    }],
    ["nothing", () => Promise.resolve(), { _tag: "Succeeded" }]
  ])("that throws %s has this outcome", async (_, handle, outcome) => {
    expect(await outcomeOf(handle)).toMatchObject([outcome])
  })

  it("records the refusal of a handler of a Promise store as it is", async () => {
    const store = await open()
    await store.handler(account)("a", deposit(3))
    await run(store, ProcessHandler.withHandler(target, store.handler(target)))
    const history = await store.effect(ProcessInstances.history(process, "a"))
    expect(JSON.stringify(history)).toContain(`"refusal":{"_tag":"Overdrawn","balance":0}`)
  })

  it("repeats a command after an error of the store", async () => {
    const down = new EventStoreError({ operation: "append", cause: "out of order" })
    expect(await rejection(outcomeOf(() => Promise.reject(down)))).toBe(down)
  })

  it("runs in the background of a store", async () => {
    const store = await open()
    const handle = store.handler(target)
    await handle("v", deposit(10))
    await using _ = await store.run(process, { handlers: [ProcessHandler.withHandler(target, handle)] })
    await store.handler(account)("a", deposit(3))
    for await (const { stream, type } of store.subscribe()) {
      if (stream === "vault-v" && type === "Withdrawn") break
    }
    expect((await store.load(target, "v")).state).toEqual({ balance: 7 })
  })
})
