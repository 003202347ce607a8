/**
 * A program that starts, appends one event and prints its memory; with `memory` it then appends and folds a long stream and
 * prints the maximum. It loads only the modules that a store needs.
 */
import type { Payload } from "./Peer.ts"
import { entryOf, type PeerName } from "./Peers.ts"

const [name, url = "", what, events = "0"] = process.argv.slice(2)

// Its parent checked the name.
const peer = await entryOf(name as PeerName).load()
const session = await peer.open(url)

const payload: Payload = { n: 1, cents: 1, account: "account-1", why: "first" }
await session.append(crypto.randomUUID(), 0, [payload])

if (what === "memory") {
  const stream = crypto.randomUUID()
  let mark = 0
  for (let stored = 0; stored < Number(events); stored += 1_000) {
    mark = await session.append(stream, mark, Array.from({ length: 1_000 }, (_, n) => ({ ...payload, n })))
  }
  await session.load(stream)
}

process.stdout.write(`${process.resourceUsage().maxRSS}\n`)
process.exit()
