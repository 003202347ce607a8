/*
 * A process that seeds from a legacy table, or follows one. It ends with the process that started it.
 */
import * as PgClient from "@effect/sql-pg/PgClient"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as LegacyTable from "../../src/LegacyTable.ts"
import * as Accounts from "./Accounts.ts"
import type * as LegacyProcesses from "./LegacyProcesses.ts"

// LegacyProcesses wrote the argument.
const { batchSize, pauseAfter = Infinity, url, work } = JSON.parse(process.argv[2]!) as LegacyProcesses.Started

process.stdin.on("end", () => process.exit()).resume()

const mapping = Accounts.mapping()
const onProgress = (done: number) =>
  Effect.andThen(
    Effect.sync(() => void process.stdout.write(`${done}\n`)),
    done < pauseAfter ? Effect.void : Effect.never
  )
const working = work === "seed"
  ? LegacyTable.seed(mapping, { batchSize, onProgress })
  : LegacyTable.follow(mapping, { every: "5 millis" })

await Effect.runPromise(
  Effect.provide(Effect.exit(working), PgClient.layer({ url: Redacted.make(url), applicationName: "legacy daemon" }))
)
process.stdout.write(`rss ${Math.round(process.resourceUsage().maxRSS / 1024)} MB\n`)
process.exit()
