// The webhook against a receiver on this machine that fails, stalls and repeats.
import { Effect, Fiber, Redacted } from "effect"
import { createServer, type IncomingHttpHeaders } from "node:http"
import { CommandHandler, Consumer, MemoryStore, Parked, ReadModelStore } from "refold"
import { Webhook } from "standardwebhooks"
import { expect, it } from "vitest"
import * as Example from "../../examples/howto/Webhook.ts"
import { Wallet } from "../../examples/Wallet.ts"

const secret = `whsec_${Buffer.from("a secret of more than 24 bytes").toString("base64")}`

interface Request {
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** Answers by this list, request by request: a status, or "stall" for no answer; 200 afterwards. */
const receiver = (...answers: ReadonlyArray<number | "stall">) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const requests: Array<Request> = []
      const server = createServer((request, response) => {
        let body = ""
        request.on("data", (data: Buffer) => body += data.toString())
        request.on("end", () => {
          requests.push({ headers: request.headers, body })
          const answer = answers[requests.length - 1] ?? 200
          if (answer === 302) response.setHeader("location", "/elsewhere")
          if (answer !== "stall") response.writeHead(answer).end()
        })
      })
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
      const address = server.address()
      const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}/`
      const to = { url, secret: Redacted.make(secret) }
      return { requests, server, webhook: Example.webhook(to), running: Example.webhooks(to) }
    }),
    ({ server }) => Effect.sync(() => server.close().closeAllConnections())
  )

const handle = CommandHandler.make(Wallet)
const deposit = (id: string, cents: number) => handle(id, { _tag: "Deposit", cents, from: "salary" })
const quick = { attempts: 3, backoff: "10 millis" } as const

const run = <A, E>(effect: Effect.Effect<A, E, MemoryStore.Services>) =>
  Effect.runPromise(Effect.provide(effect, MemoryStore.layer))

const centsOf = ({ body }: Request): number => JSON.parse(body).data.cents
const idOf = ({ headers }: Request) => headers["webhook-id"]
const headersOf = ({ headers }: Request): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))

it("each request verifies with the receiver's secret, and with no other", () =>
  run(Effect.scoped(Effect.gen(function*() {
    const { requests, webhook } = yield* receiver()
    yield* Consumer.catchUp(webhook)
    yield* deposit("ada", 5)
    yield* Consumer.catchUp(webhook)
    const [request] = requests
    const verified = new Webhook(secret).verify(request!.body, headersOf(request!))
    expect(verified).toMatchObject({ type: "Deposited", data: { wallet: "wallet-ada", cents: 5, from: "salary" } })
    const other = new Webhook(`whsec_${Buffer.from("another secret of 24 bytes or more").toString("base64")}`)
    expect(() => other.verify(request!.body, headersOf(request!))).toThrow("No matching signature")
    expect(() => new Webhook(secret).verify(`${request!.body} `, headersOf(request!))).toThrow("No matching signature")
  }))))

it("a request that fails is sent again under the same id, and the order of the wallet is kept", () =>
  run(Effect.scoped(Effect.gen(function*() {
    const { requests, webhook } = yield* receiver(200, 500, 302)
    yield* Consumer.catchUp(webhook)
    for (const cents of [1, 2, 3]) yield* deposit("ada", cents)
    yield* Consumer.catchUp(webhook, quick)
    expect(requests.map(centsOf)).toEqual([1, 2, 2, 2, 3])
    expect(new Set(requests.slice(1, 4).map(idOf)).size).toBe(1)
    expect(new Set(requests.map(idOf)).size).toBe(3)
  }))))

it("a receiver that keeps failing parks the wallet, other wallets continue, and a retry sends the rest in order", () =>
  run(Effect.scoped(Effect.gen(function*() {
    const { requests, webhook } = yield* receiver(503, 503, 503)
    yield* Consumer.catchUp(webhook)
    yield* deposit("ada", 1)
    yield* deposit("bob", 2)
    yield* deposit("ada", 3)
    yield* Consumer.catchUp(webhook, quick)
    const parked = yield* Parked.list(webhook)
    expect(parked).toMatchObject([{ stream: "wallet-ada", attempts: 3, reason: "the receiver answered 503" }])
    expect(requests.map(centsOf)).toEqual([1, 1, 1, 2])
    for (const { stream } of parked) yield* Parked.retry(Consumer.target(webhook), stream)
    expect(requests.map(centsOf).slice(4)).toEqual([1, 3])
    expect(idOf(requests[4]!)).toBe(idOf(requests[0]!))
  }))))

it("a request that is stopped without an answer is sent again under the same id", () =>
  run(Effect.scoped(Effect.gen(function*() {
    const { requests, webhook } = yield* receiver("stall")
    yield* Consumer.catchUp(webhook)
    yield* deposit("ada", 1)
    const stalled = { ...webhook, timeout: Consumer.makeUnsafe({ ...webhook, timeout: "200 millis" }).timeout }
    yield* Consumer.catchUp(stalled, quick)
    expect(requests.map(centsOf)).toEqual([1, 1])
    expect(idOf(requests[0]!)).toBe(idOf(requests[1]!))
    expect(yield* Parked.list(webhook)).toEqual([])
  }))))

it("a stopped program ends when the current request is answered", () =>
  run(Effect.scoped(Effect.gen(function*() {
    const { requests, running: webhooks, webhook } = yield* receiver()
    yield* Consumer.catchUp(webhook)
    for (const cents of [1, 2, 3]) yield* deposit("ada", cents)
    const running = yield* Effect.forkChild(webhooks)
    while (requests.length === 0) yield* Effect.sleep("1 millis")
    yield* Fiber.interrupt(running)
    const { length } = requests
    expect(yield* (yield* ReadModelStore.ReadModelStore).generations("wallet-webhook"))
      .toMatchObject([{ checkpoint: length }])
    yield* Consumer.catchUp(webhook)
    expect(requests.map(centsOf)).toEqual([1, 2, 3])
  }))))
