import { Result } from "effect"
import { Aggregate, Decider, EventCodec } from "refold"
import { openMemory } from "refold/promise"
import { expect, it } from "vitest"
import { Booked, Command } from "../../examples/howto/StandardSchemas.ts"

it("commands and events are validated by schemas of zod", async () => {
  const Slot = Aggregate.makeUnsafe({
    category: "slot",
    events: EventCodec.makeUnsafe([Booked]),
    commands: Command,
    decider: Decider.make<typeof Command.Type, string, typeof Booked.Event, "taken">({
      initialState: "",
      evolve: (_, { guest }) => guest,
      decide: ({ guest, slot }, by) => by === "" ? { events: [Booked.make({ guest, slot })] } : { refused: "taken" }
    })
  })
  expect(Result.isFailure(Aggregate.parseCommand(Slot, { _tag: "Book", slot: "monday", guest: "ada" }))).toBe(true)
  await using store = await openMemory()
  const handle = store.handler(Slot)
  expect((await handle("1", { _tag: "Book", slot: "monday", guest: "ada@example.org" })).state).toBe("ada@example.org")
  expect(await handle.try("2", { _tag: "Book", slot: "monday", guest: "ada" }))
    .toMatchObject({ ok: false, error: { _tag: "CommandInvalid" } })
})
