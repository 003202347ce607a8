// Publishing to Redis. Needs a `redis-server` in the PATH; without one the tests are skipped and say so.
import { createClient } from "@redis/client"
import { Effect, Schedule } from "effect"
import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { createServer } from "node:net"
import { CommandHandler, Consumer, MemoryStore, Parked } from "refold"
import { describe, expect, it } from "vitest"
import * as Example from "../../examples/howto/Broker.ts"
import { Wallet } from "../../examples/Wallet.ts"

const isInstalled = spawnSync("redis-server", ["--version"]).status === 0
if (!isInstalled) {
  process.stderr.write(
    "The tests of Redis are skipped: there is no redis-server in the PATH. Debian's package has that name.\n"
  )
}

const freePort = Effect.promise(() =>
  new Promise<number>((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address()
      server.close(() => resolve(typeof address === "object" ? address?.port ?? 0 : 0))
    })
  })
)

/** A Redis on this machine, without files; it ends with the scope. */
const redis = (port: number) =>
  Effect.acquireRelease(
    Effect.sync(() =>
      spawn("redis-server", ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"], {
        stdio: "ignore"
      })
    ),
    end
  )

const end = (child: ChildProcess) =>
  Effect.promise(() =>
    new Promise<void>((resolve) => {
      if (child.exitCode !== null || child.signalCode !== null) return resolve()
      child.once("close", () => resolve())
      child.kill("SIGKILL")
    })
  )

const connect = (port: number) =>
  Effect.acquireRelease(
    Effect.tryPromise(async () => {
      const client = createClient({
        url: `redis://127.0.0.1:${port}`,
        disableOfflineQueue: true,
        socket: { reconnectStrategy: 50 }
      })
      client.on("error", () => {})
      await client.connect()
      return client
    }),
    (client) => Effect.sync(() => client.destroy())
  )

const handle = CommandHandler.make(Wallet)
const deposit = (id: string, cents: number) => handle(id, { _tag: "Deposit", cents, from: "salary" })

describe.skipIf(!isInstalled)("Redis", () => {
  it("gets every event with its key, in the order of the log, also events of the time in which it was down", () =>
    Effect.runPromise(Effect.provide(
      Effect.scoped(Effect.gen(function*() {
        const port = yield* freePort
        const server = yield* redis(port)
        const client = yield* connect(port)
        const publisher = Example.publisher(client)
        yield* deposit("ada", 1)
        yield* deposit("bob", 2)
        yield* Consumer.catchUp(publisher)
        const read = Effect.promise(async () => await client.xRange("wallets", "-", "+") ?? [])
        const first = yield* read
        expect(first.map(({ message }) => JSON.parse(message["event"]!).cents)).toEqual([1, 2])
        expect(new Set(first.map(({ message }) => message["key"])).size).toBe(2)
        yield* end(server)
        yield* deposit("ada", 3)
        yield* Consumer.catchUp(publisher, { attempts: 1 })
        expect(yield* Parked.list(publisher)).toMatchObject([{ stream: "wallet-ada", version: 2 }])
        yield* redis(port)
        yield* Effect.retry(
          Effect.tryPromise(() => client.ping()),
          Schedule.upTo(Schedule.spaced("50 millis"), { duration: "1 minute" })
        )
        for (const { stream } of yield* Parked.list(publisher)) yield* Parked.retry(Consumer.target(publisher), stream)
        expect((yield* read).map(({ message }) => message["version"])).toEqual(["2"])
      })),
      MemoryStore.layer
    )))
})
