/*
 * A program that appends random commits, and prints a line for each commit before it is sent and when it is answered. It ends
 * with the process that started it.
 */
import * as Effect from "effect/Effect"
import * as RandomAppends from "./RandomAppends.ts"
import * as Stores from "./Stores.ts"

interface Started {
  readonly url: string
  readonly maxConnections: number
  readonly writers: number
  readonly commits: number
}

// The argument is written by the test that starts it.
const { commits, maxConnections, url, writers } = JSON.parse(process.argv[2]!) as Started

process.stdin.on("end", () => process.exit()).resume()

const note = (sent: RandomAppends.Sent): void => void process.stdout.write(`${JSON.stringify(sent)}\n`)

// The connection that opens the store may be cut, too.
const open = Effect.retry(Stores.open(url, { maxConnections, migrate: false }), { times: 100 })

const write = (opened: Stores.Opened): Effect.Effect<void> =>
  Effect.forEach(Array.from({ length: writers }), () => RandomAppends.write(opened, commits, note), {
    concurrency: "unbounded",
    discard: true
  })

await Effect.runPromise(Effect.scoped(Effect.flatMap(open, write)))
process.exit()
