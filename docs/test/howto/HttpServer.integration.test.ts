import { Http } from "@refold/http"
import { PostgresStore } from "@refold/postgres"
import { Effect, Layer, Redacted } from "effect"
import { Projector } from "refold"
import { expect, it } from "vitest"
import * as EmbeddedStore from "../../../packages/postgres/test/support/EmbeddedStore.ts"
import { freshDatabase } from "../../../packages/postgres/test/support/freshDatabase.ts"
import { api } from "../../examples/howto/HttpServer.ts"
import { Wallets } from "../../examples/Richest.ts"

const opened = <E>(store: Layer.Layer<Http.Services, E>) =>
  Effect.acquireRelease(
    Effect.sync(() => Http.toWebHandler(api, store)),
    ({ dispose }) => Effect.promise(dispose)
  )

const withRows = <E>(store: Layer.Layer<Http.Services, E>) =>
  Layer.effectDiscard(Projector.start(Wallets)).pipe(Layer.provideMerge(store))

/** Runs a test on web handlers of two programs with one database. */
const onServer = (test: (one: Http.WebHandler, other: Http.WebHandler) => Promise<void>) => () =>
  Effect.runPromise(Effect.scoped(Effect.gen(function*() {
    const url = Redacted.make(yield* freshDatabase())
    const one = yield* opened(withRows(PostgresStore.layer({ url })))
    // The first request opens the store, and migrates it.
    yield* Effect.promise(() => one.handler(new Request("http://localhost/health")))
    const other = yield* opened(PostgresStore.layer({ url }))
    yield* Effect.promise(() => test(one, other))
  })))

const deposit = ({ handler }: Http.WebHandler, id: string, headers: Record<string, string> = {}) =>
  handler(
    new Request(`http://localhost/wallet/${id}/Deposit`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify({ cents: 100, from: "salary" })
    })
  )

const get = async ({ handler }: Http.WebHandler, path: string, headers: Record<string, string> = {}) => {
  const response = await handler(new Request(`http://localhost${path}`, { headers }))
  return [response.status, await response.json()]
}

it(
  "of clients with the same precondition in two programs, one succeeds, and the others get the actual version",
  onServer(async (one, other) => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => deposit(index % 2 === 0 ? one : other, "ada", { "if-none-match": "*" }))
    )
    const statuses = answers.map(({ status }) => status)
    expect(statuses.filter((status) => status === 200)).toHaveLength(1)
    expect(statuses.filter((status) => status === 412)).toHaveLength(19)
    expect(await answers.find(({ status }) => status === 412)?.json()).toMatchObject({ actual: 1 })
  })
)

it(
  "a key that is used in two programs at the same time is one command",
  onServer(async (one, other) => {
    const answers = await Promise.all([one, other].map((web) => deposit(web, "ada", { "idempotency-key": "k" })))
    expect(answers.map(({ status }) => status)).toEqual([200, 200])
    const [first, second] = await Promise.all(answers.map((answer) => answer.json()))
    expect(first).toEqual(second)
    expect(answers.filter(({ headers }) => headers.get("idempotency-replayed") === "true")).toHaveLength(1)
    expect(await get(one, "/wallet/ada")).toMatchObject([200, { version: 1, state: 100 }])
  })
)

it(
  "a client reads its own write from the rows of another program, and follows the events of both",
  onServer(async (one, other) => {
    const source = await other.handler(new Request("http://localhost/events"))
    const position = (await deposit(one, "ada")).headers.get("refold-position")
    expect(await get(other, `/rows/wallets/wallet-ada?after=${position}`)).toMatchObject([200, {
      state: { cents: 100 }
    }])
    await deposit(other, "bob")
    const reader = source.body!.pipeThrough(new TextDecoderStream()).getReader()
    let text = ""
    while (!text.includes("wallet-bob")) text += (await reader.read()).value
    await reader.cancel()
    const id = /^id: (.*)\nevent: Deposited\ndata: .*wallet-ada/m.exec(text)?.[1] ?? ""
    // The cursor is one of the store, in whichever program.
    const again = await one.handler(new Request("http://localhost/events", { headers: { "last-event-id": id } }))
    const next = again.body!.pipeThrough(new TextDecoderStream()).getReader()
    let rest = ""
    while (!rest.includes("wallet-bob")) rest += (await next.read()).value
    expect(rest).not.toContain("wallet-ada")
    await next.cancel()
  })
)

it("the embedded database serves commands, states, rows and events", async () => {
  const web = Http.toWebHandler(api, withRows(EmbeddedStore.layer()))
  const position = (await deposit(web, "ada")).headers.get("refold-position")
  expect(await get(web, "/wallet/ada?version=1")).toMatchObject([200, { state: 100 }])
  expect(await get(web, `/rows/wallets?index=byCents&after=${position}`)).toMatchObject([200, {
    rows: [{ key: "wallet-ada", state: { cents: 100 } }]
  }])
  const source = await web.handler(new Request("http://localhost/events"))
  const reader = source.body!.pipeThrough(new TextDecoderStream()).getReader()
  let text = ""
  while (!text.includes("wallet-ada")) text += (await reader.read()).value
  await web.dispose()
  while (!(await reader.read()).done);
  expect(text).toContain("event: Deposited")
})
