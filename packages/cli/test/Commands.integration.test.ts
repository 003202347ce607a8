import * as Effect from "effect/Effect"
import { expect, it } from "vitest"
import { type Ended, masked, records, run, shop } from "./support/Cli.ts"
import * as Shops from "./support/Shops.ts"

/** The commands of an operator, in order; each output is compared with a file, as a table and as records. */
const session: ReadonlyArray<readonly [name: string, ...args: ReadonlyArray<string>]> = [
  ["migrate-status", "migrate", "status"],
  ["migrate", "migrate"],
  ["status", "status"],
  ["show", "show", "wallet-ada"],
  ["show-at", "show", "wallet-ada", "--at", "1"],
  ["show-raw", "show", "wallet-bob", "--raw"],
  ["show-state", "show", "wallet-ada", "--state"],
  ["show-state-at", "show", "wallet-ada", "--state", "--at", "1"],
  ["tail", "tail", "--from", "0", "--no-follow"],
  ["tail-filtered", "tail", "--from", "2", "--category", "wallet", "--type", "Deposited", "--limit", "2"],
  ["streams", "streams"],
  ["streams-of-category", "streams", "wallet", "--after", "wallet-ada", "--limit", "1"],
  ["trace", "trace", "order-17"],
  ["parked-list", "parked", "list"],
  ["parked-show", "parked", "show", "balances", "wallet-ada"],
  ["consumer-status", "consumer", "status"],
  ["consumer-parked", "consumer", "parked", "mail"],
  ["process-list", "process", "list", "fees", "--status", "Parked"],
  ["process-show", "process", "show", "fees", "ada"]
]

/** Changes, in this order; what they print is compared as records. */
const changes: typeof session = [
  ["parked-retry", "parked", "retry", "balances", "wallet-ada", "--yes"],
  ["parked-retry-again", "parked", "retry", "balances", "wallet-ada", "--yes"],
  ["parked-discard", "parked", "discard", "mail", "wallet-ada", "--reason", "typed by mistake", "--yes"],
  ["process-retry", "process", "retry", "fees", "ada", "--yes"],
  ["process-give-up", "process", "give-up", "fees", "ada", "2.0", "--reason", "a test", "--yes"],
  ["process-resume", "process", "resume", "fees", "ada", "--reason", "a test", "--yes"],
  ["process-discard", "process", "discard", "fees", "ada", "--reason", "a test", "--yes"],
  ["rebuild", "rebuild", "balances", "--yes"],
  ["parked-list-after", "parked", "list"]
]

const text = ({ code, err, out }: Ended): string =>
  masked(`${out}${err === "" ? "" : `-- stderr\n${err}`}-- exit code ${code}\n`)

/** Compared as a table, too. Not the status, whose rates and ages differ in their lengths. */
const asTable = ["migrate", "show", "show-state", "tail", "parked-list", "parked-show", "process-list"]

/** The commands on the embedded database, each of which starts one. */
const onEmbedded = ["migrate-status", "status", "show-state-at", "tail", "parked-retry"]

/** Compares what the commands print with the files; yields the headings of the table of the status. */
const compare = (store: Shops.Shop, isAsked: (name: string) => boolean) =>
  Effect.promise(async () => {
    const options = { cwd: shop, env: store.env }
    for (const [name, ...args] of session.filter(([name]) => isAsked(name))) {
      const ndjson = await run([...args, ...store.args], options)
      await expect(text(ndjson)).toMatchFileSnapshot(`golden/${name}.json.txt`)
      if (!asTable.includes(name)) continue
      const table = await run([...args, "--no-json", ...store.args], options)
      await expect(text(table)).toMatchFileSnapshot(`golden/${name}.txt`)
    }
    for (const [name, ...args] of changes.filter(([name]) => isAsked(name))) {
      await expect(text(await run([...args, ...store.args], options))).toMatchFileSnapshot(`golden/${name}.txt`)
    }
    const table = await run(["status", "--no-json", ...store.args], options)
    return table.out.split("\n")[1]!.replaceAll(/ {2,}/g, "  ")
  })

const headings = "name  kind  version  status  position  lag  lag (s)  events/s  parked  waits at"

it("commands give their golden output on the embedded database", async () => {
  const compared = Effect.flatMap(Shops.embedded, (store) => compare(store, (name) => onEmbedded.includes(name)))
  expect(await Effect.runPromise(Effect.scoped(compared))).toBe(headings)
})

it("each command gives its golden output on a server", async () => {
  const compared = Effect.flatMap(Shops.server, (store) => compare(store, () => true))
  expect(await Effect.runPromise(Effect.scoped(compared))).toBe(headings)
})

it("a change outside of a terminal needs --yes, and without it nothing is changed", () =>
  Effect.runPromise(Effect.scoped(Effect.flatMap(Shops.server, (store) =>
    Effect.promise(async () => {
      const options = { cwd: shop, env: store.env }
      const before = records(await run(["tail", "--from", "0", "--no-follow", "--raw"], options))
      for (const [, ...args] of changes.filter(([, ...args]) => args.includes("--yes"))) {
        const refused = await run(args.filter((arg) => arg !== "--yes"), options)
        expect(refused).toMatchObject({ code: 2, out: "" })
        expect(refused.err).toMatch(/^refold: this would .*: repeat it with --yes\n$/)
      }
      expect(records(await run(["tail", "--from", "0", "--no-follow", "--raw"], options))).toEqual(before)
      expect((await run(["parked", "list"], options)).code).toBe(1)
    })))))
