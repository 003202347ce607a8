// The benchmark finds incorrect results: each test plants a fault in a correct store.
import { describe, expect, it } from "vitest"
import type { Session } from "../../../src/speed/Peer.ts"
import { memory } from "../../../src/speed/peers/Refold.ts"
import type { Size } from "../../../src/speed/Task.ts"
import { tasks } from "../../../src/speed/Tasks.ts"

const size: Size = { writers: 4, batch: 1, streams: 2, events: 5, rows: 1, times: 1, millis: 1 }

const measured = async (task: keyof typeof tasks, fault: (session: Session) => Session = (session) => session) => {
  const session = await memory.open("")
  try {
    const measure = await tasks[task](fault(session), size)
    return (await measure(1)).wrong
  } finally {
    await session.close()
  }
}

describe("a store that works", () => {
  it("has no incorrect results", async () => {
    expect(await measured("races")).toEqual({ unraised: 0, lost: 0 })
    expect(await measured("reader")).toEqual({ skipped: 0 })
    expect(await measured("append")).toEqual({ lost: 0 })
    expect(await measured("hot")).toEqual({ lost: 0 })
  })
})

describe("a planted fault is counted", () => {
  it("a new stream that is not checked accepts all writers", async () => {
    const wrong = await measured("races", (session) => ({
      ...session,
      append: async (stream, mark, payloads) => {
        const { events } = mark === 0 ? await session.load(stream) : { events: mark }
        return session.append(stream, events, payloads).catch(() => session.append(stream, events + 1, payloads))
          .catch(() => session.append(stream, events + 2, payloads))
          .catch(() => session.append(stream, events + 3, payloads))
      }
    }))
    expect(wrong).toEqual({ unraised: 2 * 3, lost: 0 })
  })

  it("an append that is acknowledged and not stored is lost", async () => {
    const forget = (session: Session): Session => ({ ...session, append: async (_, mark) => mark + 1 })
    expect((await measured("append", forget))?.lost).toBeGreaterThan(0)
    expect(await measured("hot", (session) => ({ ...session, handle: async () => {} }))).toEqual({ lost: 5 })
  })

  it("an event that the reader leaves out is skipped", async () => {
    let skipped = 0
    const wrong = await measured("reader", (session) => ({
      ...session,
      follow: (seen) => session.follow!((n) => n % 2 === 0 ? seen(n) : void skipped++)
    }))
    expect(skipped).toBeGreaterThan(0)
    expect(wrong).toEqual({ skipped })
  })

  it("a load that leaves out an event fails, and is not a fast load", async () => {
    const short = (session: Session): Session => ({ ...session, load: async () => ({ events: 4, cents: 0 }) })
    await expect(measured("replay", short)).rejects.toThrow("a load of 5 events folded 4")
  })

  it("a part that a store does not have is reported as missing", async () => {
    await expect(measured("visible")).rejects.toThrow("has no projections")
  })
})
