// Programs that send the webhook of the page are killed and suspended at random, while the receiver fails and stalls.
import { PostgresStore } from "@refold/postgres"
import { Effect, Fiber, Redacted } from "effect"
import { spawn } from "node:child_process"
import { join } from "node:path"
import { CommandHandler, Consumer, EventReader, ReadModelStore } from "refold"
import { expect, it } from "vitest"
import { freshDatabase } from "../../../packages/postgres/test/support/freshDatabase.ts"
import { below, random } from "../../../packages/postgres/test/support/Seed.ts"
import * as Soak from "../../../packages/postgres/test/support/Soak.ts"
import { webhook } from "../../examples/howto/Webhook.ts"
import { Wallet } from "../../examples/Wallet.ts"
import * as Receiver from "../support/Receiver.ts"
import type { Started } from "./WebhookProgram.ts"

const rounds = Soak.size({ test: 4, full: 60 })
const batchSize = 20
const script = join(import.meta.dirname, "WebhookProgram.ts")

const launch = (started: Started) => {
  // Its input ends with this process, and so does it.
  const child = spawn(process.execPath, [script, JSON.stringify(started)], { stdio: ["pipe", "ignore", "inherit"] })
  const closed = new Promise<void>((resolve) => child.once("close", () => resolve()))
  const signal = (name: NodeJS.Signals) => Effect.sync(() => void child.kill(name))
  return {
    kill: Effect.andThen(signal("SIGKILL"), Effect.promise(() => closed)),
    // Longer than the store suffers: it loses the consumer to the other program.
    suspend: Effect.andThen(signal("SIGSTOP"), Effect.andThen(Effect.sleep("4 seconds"), signal("SIGCONT")))
  }
}

const start = (started: Started) => Effect.acquireRelease(Effect.sync(() => launch(started)), ({ kill }) => kill)

const until = <E, R>(check: Effect.Effect<boolean, E, R>) =>
  Effect.repeat(Effect.delay(check, "20 millis"), { until: (isSo) => isSo })

const isAtHead = Effect.gen(function*() {
  const head = yield* (yield* EventReader.EventReader).head
  const [generation] = yield* (yield* ReadModelStore.ReadModelStore).generations("wallet-webhook")
  return generation!.checkpoint >= head
})

const handle = CommandHandler.make(Wallet)

/** Deposits 1, 2, 3, … into each of a few wallets, until it is interrupted. */
const keepDepositing = Effect.gen(function*() {
  const last = new Map<number, number>()
  const write = Effect.gen(function*() {
    const id = below(7)
    const cents = (last.get(id) ?? 0) + 1
    yield* handle(`${id}`, { _tag: "Deposit", cents, from: "salary" })
    last.set(id, cents)
    yield* Effect.sleep("5 millis")
  })
  const writer = yield* Effect.forkChild(Effect.forever(Effect.uninterruptible(write)))
  return Effect.as(Fiber.interrupt(writer), last)
})

/** What is missing, what came before the deposit ahead of it, and how many arrivals were not the first of their deposit. */
const check = (arrivals: ReadonlyArray<Receiver.Arrival>, last: ReadonlyMap<number, number>) => {
  const keys = new Map<string, string>()
  const seen = new Map<string, number>()
  const wrong: Array<Receiver.Arrival> = []
  for (const arrival of arrivals) {
    const { cents, key, wallet } = arrival
    const deposit = `${wallet} ${cents}`
    if (keys.has(deposit)) {
      if (keys.get(deposit) !== key) wrong.push(arrival)
      continue
    }
    if (cents !== (seen.get(wallet) ?? 0) + 1) wrong.push(arrival)
    seen.set(wallet, cents)
    keys.set(deposit, key)
  }
  const missing = [...last].filter(([id, cents]) => seen.get(`wallet-${id}`) !== cents)
  return { missing, wrong, shared: keys.size - new Set(keys.values()).size, again: arrivals.length - keys.size }
}

it.each([1, 4])(
  "killed and suspended, programs that send %i at a time lose nothing and repeat little",
  (concurrency) =>
    Effect.runPromise(Effect.scoped(Effect.gen(function*() {
      const database = yield* freshDatabase()
      const { arrivals, forged, secret, url: receiver } = yield* Receiver.start
      const started = { concurrency, database, receiver, secret }
      const story = Effect.gen(function*() {
        yield* Consumer.catchUp(webhook({ url: receiver, secret: Redacted.make(secret) }))
        const stop = yield* keepDepositing
        const programs = [yield* start(started), yield* start(started)]
        for (let round = 0; round < rounds; round++) {
          const before = arrivals.length
          yield* until(Effect.sync(() => arrivals.length > before))
          yield* Effect.sleep(random() * 500)
          const which = below(2)
          if (round % 4 === 3) yield* programs[which]!.suspend
          else {
            yield* programs[which]!.kill
            programs[which] = yield* start(started)
          }
        }
        const last = yield* stop
        yield* until(isAtHead)
        return check(arrivals, last)
      })
      const { again, ...result } = yield* Effect.provide(story, PostgresStore.layer({ url: Redacted.make(database) }))
      expect(result).toEqual({ missing: [], wrong: [], shared: 0 })
      expect(forged).toEqual([])
      // One for each request that was not answered well, and at most a batch for each crash and each suspension.
      const refused = arrivals.filter(({ isAccepted }) => !isAccepted).length
      expect(again).toBeLessThanOrEqual(refused + rounds * batchSize)
    })))
)
