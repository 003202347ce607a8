/** "Break it" and "fix it": a duplicate event id, an observer that changes the store, a range with start after end. */
import { DateTime, Effect, Stream } from "effect"
import { CommandHandler, EventReader } from "refold"
import * as Observers from "../../../orders/src/observer/Observers.ts"
import { welcome } from "../../../orders/src/observer/Welcome.ts"
import * as Payment from "../../../orders/src/Payment.ts"
import { eventsBetween } from "../../../orders/src/query/EventsBetween.ts"
import * as User from "../../../orders/src/User.ts"
import { claim, type Objective } from "../Course.ts"
import * as Expected from "../Expected.ts"

const payment = (id: string) =>
  Payment.store({
    id: "0199bbbb-0000-7000-8000-000000000001",
    payment: id,
    event: Payment.PaymentReceived.make({ order: "77", user: "ada", amount: 100, currency: "EUR" }),
    occurredAt: DateTime.makeUnsafe("2026-11-28T10:00:00Z")
  })

/** Objective: an event id is unique in the store, whatever the stream. */
export const duplicate: Objective = {
  name: "Break and fix: a duplicate event_id",
  run: Effect.gen(function*() {
    const reader = yield* EventReader.EventReader
    yield* payment("p77")
    const head = yield* reader.head
    const same = yield* Expected.failureOf(payment("p77"))
    const other = yield* Expected.failureOf(payment("p78"))
    return [
      claim(
        `in the same stream ${same._tag}, in another one ${other._tag}`,
        same._tag === "DuplicateEventId" && other._tag === "DuplicateEventId"
      ),
      claim("nothing was stored", (yield* reader.head) === head)
    ]
  })
}

const users = CommandHandler.make(User.aggregate)

/** Objective: an observer that appends while it is called gets its own event afterwards. */
export const observer: Objective = {
  name: "Break and fix: a subscriber that changes the store while it is called",
  run: Effect.scoped(Effect.gen(function*() {
    const calls: Array<string> = []
    const settle = yield* Observers.start([
      (event) => Effect.andThen(Effect.sync(() => void calls.push(event.type)), welcome(event))
    ])
    yield* users("dora", { _tag: "RegisterUser", name: "Dora" })
    yield* settle
    yield* users("emil", { _tag: "RegisterUser", name: "Emil" })
    yield* settle
    return [
      claim(`calls: ${calls.join(", ")}`, calls.join() === "UserRegistered,UserWelcomed,UserRegistered,UserWelcomed")
    ]
  }))
}

/** Objective: ranges are `[from, to)`, so one whose start is after its end is empty. */
export const range: Objective = {
  name: "Break and fix: a time range with start > end",
  run: Effect.gen(function*() {
    const [from, to] = ["2026-11-23T00:00:00Z", "2026-11-26T00:00:00Z"].map((text) => DateTime.makeUnsafe(text))
    const week = yield* Stream.runCount(eventsBetween(from!, to!))
    const turned = yield* Stream.runCollect(eventsBetween(to!, from!))
    return [
      claim(
        `Monday to Wednesday has ${week} events; the range turned round has ${turned.length}`,
        week > 10 && turned.length === 0
      )
    ]
  })
}
