// The laws of processes hold for the sample processes.
import * as EventCodec from "@refold/core/event/EventCodec"
import * as EventType from "@refold/core/event/EventType"
import * as Process from "@refold/core/process/Process"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as fc from "fast-check"
import * as Sample from "../../src/kit/internal/Sample.ts"
import * as Alarms from "../../src/process/internal/Alarms.ts"
import * as Transfers from "../../src/process/internal/Transfers.ts"
import * as ProcessSuite from "../../src/process/ProcessSuite.ts"

ProcessSuite.pure("alarms", Alarms.make("alarms"), Sample)

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

const Nodded = EventType.make("Nodded", Schema.Struct({}))

// An instance that has observed only nods has recorded no events.
ProcessSuite.pure(
  "a process that ignores most events",
  Process.makeUnsafe<typeof Nodded.Event | typeof Sample.JarSealed.Event, number>({
    name: "quiet",
    events: EventCodec.makeUnsafe([Nodded, Sample.JarSealed]),
    targets: [],
    correlate: () => Option.some("1"),
    initialState: 0,
    evolve: (seals, { _tag }) => _tag === "JarSealed" ? seals + 1 : seals,
    react: () => [],
    phase: (seals) => `at ${seals}`
  }),
  { events: fc.oneof(fc.constant(Nodded.make({})), fc.constant(Sample.JarSealed.make({}))) }
)
