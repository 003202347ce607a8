import { StreamVersion } from "@refold/core/event/StreamVersion"
import * as MemoryStore from "@refold/memory/MemoryStore"
import * as OpenStore from "@refold/store/internal/promise/OpenStore"
import { EventReader } from "@refold/store/log/EventReader"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { describe, expect, it } from "vitest"
import * as Account from "../support/Account.ts"
import { account, deposit } from "../support/Account.ts"
import { open, rejection } from "../support/PromiseStores.ts"

/** A store that counts the events that a subscription has read, and the ends of subscriptions. */
const counting = () => {
  const counts = { read: 0, ended: 0 }
  const counted = Layer.effectContext(Effect.map(EventReader, (reader) =>
    Context.make(
      EventReader,
      EventReader.of({
        ...reader,
        subscribe: (options) =>
          reader.subscribe(options).pipe(
            Stream.rechunk(1),
            Stream.tap(() => Effect.sync(() => void counts.read++)),
            Stream.ensuring(Effect.sync(() => void counts.ended++))
          )
      })
    )))
  return { counts, layer: Layer.provideMerge(counted, MemoryStore.layer) }
}

const filled = async (layer?: Layer.Layer<MemoryStore.Services>) => {
  const store = await open(layer)
  await store.handler(account)("a", deposit(1, 2, 3))
  return store
}

describe("a read", () => {
  it("emits the stored events of a stream or of the log, and ends", async () => {
    const store = await filled()
    await store.handler(account)("b", deposit(4))
    const versions: Array<number> = []
    for await (const { version } of store.readStream(Account.stream("a"), { after: StreamVersion(1) }))
      versions.push(version)
    const streams: Array<string> = []
    for await (const { stream } of store.readAll({ types: ["Deposited"] })) streams.push(stream)
    expect(versions).toEqual([2, 3])
    expect(streams).toEqual(["account-a", "account-a", "account-a", "account-b"])
    for await (const _ of store.readStream(Account.stream("c"))) expect.fail("it has no events")
  })
})

describe("a subscription", () => {
  it("emits stored events and then new ones, each once and in order", async () => {
    const store = await filled()
    const positions: Array<number> = []
    for await (const { position } of store.subscribe()) {
      positions.push(position)
      if (position === 3) await store.handler(account)("b", deposit(4, 5))
      if (position === 5) break
    }
    expect(positions).toEqual([1, 2, 3, 4, 5])
  })

  it("emits cursors to continue after", async () => {
    const store = await filled()
    const cursors = []
    for await (const delivered of store.subscribeWithCursors({ types: ["Deposited"] })) {
      if (delivered._tag === "Event") cursors.push(delivered.cursor)
      if (cursors.length === 2) break
    }
    for await (const next of store.subscribeWithCursors({ cursor: cursors[1] })) {
      expect(next).toMatchObject({ _tag: "Event", event: { position: 3 } })
      break
    }
  })

  it("is read from its start by each loop", async () => {
    const events = (await filled()).subscribe()
    const first = async () => {
      for await (const { position } of events) return position
      return undefined
    }
    expect([await first(), await first()]).toEqual([1, 1])
  })

  it("is not read ahead of its consumer", async () => {
    const { counts, layer } = counting()
    const events = (await filled(layer)).subscribe()[Symbol.asyncIterator]()
    await events.next()
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(counts.read).toBe(1)
    await events.return?.()
  })

  it.each<[string, (events: AsyncIterable<unknown>) => Promise<unknown>]>([
    ["break", async (events) => {
      for await (const _ of events) break
    }],
    ["a throw", (events) =>
      rejection((async () => {
        for await (const _ of events) throw new Error("no")
      })())],
    ["return", async (events) => {
      const iterator = events[Symbol.asyncIterator]()
      await iterator.next()
      expect(await iterator.return?.()).toEqual({ done: true, value: undefined })
      expect(await iterator.next()).toEqual({ done: true, value: undefined })
    }]
  ])("is closed by %s", async (_, read) => {
    const { counts, layer } = counting()
    await read((await filled(layer)).subscribe())
    expect(counts.ended).toBe(1)
  })

  it("rejects a waiting step with the reason of its signal, and is closed", async () => {
    const { counts, layer } = counting()
    const controller = new AbortController()
    const reason = new Error("enough")
    const seen: Array<number> = []
    const error = await rejection((async () => {
      for await (const { position } of (await filled(layer)).subscribe({ signal: controller.signal })) {
        seen.push(position)
        if (position === 3) setTimeout(() => controller.abort(reason), 1)
      }
    })())
    expect(error).toBe(reason)
    expect(seen).toEqual([1, 2, 3])
    expect(counts.ended).toBe(1)
  })

  it("is closed by its signal also while no step waits", async () => {
    const { counts, layer } = counting()
    const controller = new AbortController()
    const events = (await filled(layer)).subscribe({ signal: controller.signal })[Symbol.asyncIterator]()
    await events.next()
    controller.abort("why")
    await expect(events.next()).rejects.toBe("why")
    expect(counts.ended).toBe(1)
  })

  it("gives concurrent steps one event each", async () => {
    const events = (await filled()).subscribe()[Symbol.asyncIterator]()
    const steps = await Promise.all([events.next(), events.next(), events.next()])
    expect(steps.map(({ value }) => value?.position)).toEqual([1, 2, 3])
    await events.return?.()
  })

  it("rejects with an error of the store, and then ends", async () => {
    const events = (await open()).subscribe({ after: -1 as never })[Symbol.asyncIterator]()
    expect(await rejection(events.next())).toMatchObject({ _tag: "InvalidInput", field: "after" })
    expect(await events.next()).toEqual({ done: true, value: undefined })
  })

  it("ends when its store is closed", async () => {
    const store = await filled()
    const seen: Array<number> = []
    for await (const { position } of store.subscribe()) {
      seen.push(position)
      if (position === 3) setTimeout(() => void store.close(), 1)
    }
    expect(seen).toEqual([1, 2, 3])
    const late = (await OpenStore.open(MemoryStore.layer)).subscribe()[Symbol.asyncIterator]()
    await late.return?.()
  })
})
