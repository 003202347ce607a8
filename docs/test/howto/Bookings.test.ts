import { Parked, Position, ProcessHandler, State } from "refold"
import { openMemory, type Store } from "refold/promise"
import { expect, it } from "vitest"
import { expiring, Room, Waiting } from "../../examples/howto/bookings/Room.ts"
import * as Service from "../../examples/howto/bookings/Service.ts"

const withService = async (
  use: (service: Awaited<ReturnType<typeof Service.start>>, store: Store, mails: ReadonlyArray<string>) => Promise<void>
) => {
  await using store = await openMemory()
  const mails: Array<string> = []
  const service = await Service.start(store, async ({ text, to }) => {
    await Promise.resolve()
    mails.push(`${to}: ${text}`)
  })
  await use(service, store, mails)
}

/** Waits until the log has an event of this type. */
const seen = async (store: Store, type: string) => {
  for await (const event of store.subscribe()) {
    if (event.type === type) return
  }
}

it("a slot is booked once, and the guest reads it at once", () =>
  withService(async ({ book, slotsOf }) => {
    const booked = await book("a", "monday", "ada", "key-1")
    expect(booked).toMatchObject({ status: 200, body: { position: 1 } })
    expect(await slotsOf("ada", Position.Position(1))).toBe(1)
    expect(await book("a", "monday", "ada", "key-1")).toEqual(booked)
    expect(await book("a", "monday", "bob", "key-2"))
      .toEqual({ status: 422, body: { _tag: "SlotTaken", by: "ada" } })
    expect(await book("a", "monday", 7 as never, "key-3")).toMatchObject({ status: 400 })
    expect(await slotsOf("bob")).toBe(0)
  }))

it("a cancelled slot is offered to the waiting list, and each guest gets mail", () =>
  withService(async ({ room }, store, mails) => {
    await room("a", { _tag: "Book", slot: "monday", guest: "ada" })
    await room("a", { _tag: "Cancel", slot: "monday" })
    await seen(store, "Offered")
    expect((await store.load(Waiting, "a")).state).toEqual(["monday"])
    expect(await store.effect(State.load(Room, "a"))).toMatchObject({ state: {} })
    await expect.poll(() => mails).toEqual(["ada: Booked monday", "ada: Cancelled monday"])
  }))

it("mail that could not be sent parks the stream, and is sent by a retry", async () => {
  await using store = await openMemory()
  const sent: Array<string> = []
  let isUp = false
  const send: Service.Send = async ({ text }) => {
    await Promise.resolve()
    if (!isUp) throw new Error("no connection")
    sent.push(text)
  }
  await store.consume(Service.mails(send), { attempts: 1 })
  await store.handler(Room)("a", { _tag: "Book", slot: "monday", guest: "ada" })
  await expect.poll(() => store.effect(Parked.list(Service.mails(send))))
    .toMatchObject([{ stream: "room-a", version: 1, attempts: 1, reason: "no connection" }])
  expect(await Service.retryMails(store, send)).toMatchObject([{ stream: "room-a", attempts: 2 }])
  isUp = true
  expect(await Service.retryMails(store, send)).toEqual([])
  expect(sent).toEqual(["Booked monday"])
})

it("a booking is cancelled after its timeout", async () => {
  await using store = await openMemory()
  const room = store.handler(Room)
  await store.run(expiring("20 millis"), { handlers: [ProcessHandler.withHandler(Room, room)] })
  await room("a", { _tag: "Book", slot: "monday", guest: "ada" })
  await room("b", { _tag: "Book", slot: "monday", guest: "bob" })
  const slots = async () => [(await store.load(Room, "a")).state, (await store.load(Room, "b")).state]
  await expect.poll(slots).toEqual([{}, {}])
})

it("a refusal is an Error with the reason", () =>
  withService(async ({ room }) => {
    expect(await Service.bookOrSay(room, "a", "monday", "ada")).toBe("booked")
    expect(await Service.bookOrSay(room, "a", "monday", "bob")).toContain("SlotTaken")
    await expect(Service.bookOrSay(room, "", "monday", "bob")).rejects.toMatchObject({ _tag: "InvalidInput" })
  }))

it("the log is written line by line until the signal is aborted", () =>
  withService(async ({ room }, store) => {
    await room("a", { _tag: "Book", slot: "monday", guest: "ada" })
    const stop = new AbortController()
    const lines: Array<string> = []
    const tailing = Service.tail(store, async (line) => {
      await Promise.resolve()
      lines.push(line)
      stop.abort("enough")
    }, stop.signal)
    await expect(tailing).rejects.toBe("enough")
    expect(lines).toEqual([`room-a Booked {"slot":"monday","guest":"ada"}`])
  }))
