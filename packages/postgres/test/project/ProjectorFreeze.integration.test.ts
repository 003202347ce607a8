// A daemon is suspended in the middle of a batch: another one takes over. When the first resumes, it can write nothing of
// its batch, and continues with the remaining events.
import * as Effect from "effect/Effect"
import { expect, test } from "vitest"
import * as Daemons from "../support/Daemons.ts"
import * as Proxy from "../support/Proxy.ts"
import * as Stores from "../support/Stores.ts"
import * as Tally from "../support/Tally.ts"
import * as Ticks from "../support/Ticks.ts"

const { exact, look, onDatabase, untilGeneration } = Ticks

/** Long enough for daemons on a slow machine, which are also idle in the middle of a batch. */
const ownerIdleTimeout = "3 seconds"

/** Starts a daemon and suspends it while it waits for the answer to this request, which it receives when it resumes. */
const suspendedIn = Effect.fnUntraced(function*(opened: Stores.Opened, request: string) {
  const proxy = yield* Proxy.start(opened.url)
  const held = proxy.holdAnswer(request)
  const daemon = yield* Daemons.start(proxy, { ownerIdleTimeout })
  const passOn = yield* Effect.promise(() => held)
  yield* daemon.suspend
  return { ...daemon, resume: Effect.andThen(daemon.resume, Effect.sync(passOn)) }
})

const untilAtHead = (opened: Stores.Opened) =>
  Effect.flatMap(opened.reader.head, (head) => untilGeneration(opened, ({ checkpoint }) => checkpoint >= head))

/**
 * Another daemon takes over from a suspended owner, which then resumes and handles the next events alone. Returns the
 * rows that readers get.
 */
const takeOver = Effect.fnUntraced(function*(opened: Stores.Opened, owner: Daemons.Daemon) {
  const other = yield* Daemons.start(opened, { ownerIdleTimeout })
  yield* untilAtHead(opened)
  yield* owner.resume
  yield* other.suspend
  yield* opened.store.append(Stores.freshStream("tally"), [Ticks.tick(1)])
  // The resumed daemon handles these only after the batch in which it was suspended.
  yield* untilAtHead(opened)
  yield* other.resume
  const areRunning = [owner, other].map(({ isRunning }) => isRunning())
  return { ...yield* look(opened, Tally.tally()), areRunning }
})

test(
  "a suspended owner loses the projection to another one, and writes nothing of its batch when it resumes",
  onDatabase((opened) =>
    Effect.gen(function*() {
      yield* Ticks.appendMany(opened, 200)
      const owner = yield* suspendedIn(opened, "AS wanted(key)")
      yield* Daemons.untilSession(opened.sql, owner, "idle in transaction")
      expect(yield* takeOver(opened, owner)).toMatchObject({ ...exact, areRunning: [true, true] })
    })
  )
)

test(
  "an owner that is suspended while the server sends it a batch loses the projection",
  onDatabase((opened) =>
    Effect.gen(function*() {
      // More than the buffers between server and client can hold.
      const text = "x".repeat(1_000_000)
      for (let n = 0; n < 30; n++) {
        const long = Stores.event({ type: "Ticked", data: { n, text } })
        yield* opened.store.append(Stores.freshStream("tally"), [long])
      }
      const owner = yield* suspendedIn(opened, "AS page")
      // The suspended client reads no answer, so the server blocks on the write.
      yield* Daemons.untilSession(opened.sql, owner, "ClientWrite")
      expect(yield* takeOver(opened, owner)).toMatchObject({ ...exact, areRunning: [true, true] })
    })
  )
)
