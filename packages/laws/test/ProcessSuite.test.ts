// The laws of processes, over the samples.
import * as fc from "fast-check"
import * as Alarms from "../src/Alarms.ts"
import * as ProcessSuite from "../src/ProcessSuite.ts"
import * as Sample from "../src/Sample.ts"
import * as Transfers from "../src/Transfers.ts"

ProcessSuite.pure("alarms", Alarms.make("alarms"), { events: Sample.events })

const jar = fc.constantFrom("a", "b")
const coins = fc.nat(3)

ProcessSuite.pure("transfers", Transfers.make("moves", { timeout: "1 hour" }), {
  events: fc.oneof(
    fc.record({ from: jar, to: jar, coins }).map(Transfers.TransferRequested.make),
    coins.map((coins) => Sample.CoinsTaken.make({ coins })),
    coins.map((coins) => Sample.CoinsAdded.make({ coins, notes: [] }))
  )
})

ProcessSuite.sagas("sagas of every kind")
