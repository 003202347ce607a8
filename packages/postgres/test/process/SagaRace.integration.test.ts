// Another process reacts to a saga's step before the outcome of that step is recorded: the saga is not compensated.
import * as StreamName from "@refold/core/event/StreamName"
import * as Process from "@refold/core/process/Process"
import * as Sample from "@refold/laws/internal/kit/Sample"
import * as ApprovedTransfers from "@refold/laws/internal/process/ApprovedTransfers"
import * as Transfers from "@refold/laws/internal/process/Transfers"
import * as PostgresStore from "@refold/postgres/PostgresStore"
import * as CommandHandler from "@refold/store/decide/CommandHandler"
import * as State from "@refold/store/decide/State"
import * as ProcessHandler from "@refold/store/process/ProcessHandler"
import * as ProcessInstances from "@refold/store/process/ProcessInstances"
import * as ProcessRunner from "@refold/store/process/ProcessRunner"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { expect, test } from "vitest"
import * as Following from "../support/Following.ts"
import { freshDatabase } from "../support/freshDatabase.ts"
import * as Soak from "../support/Soak.ts"

const sagas = Soak.size({ test: 20, short: 60, full: 200 })

const aggregates = { jars: Sample.aggregate, transfers: Transfers.aggregate }
const saga = Transfers.make("approved", ApprovedTransfers.options(aggregates))

// Approves each transfer as soon as its coins are taken.
const approver = Process.makeUnsafe<Sample.Event, null>({
  name: "approver",
  events: Sample.codec,
  targets: [Sample.aggregate],
  correlate: (event, { stream }) => event._tag === "CoinsTaken" ? Option.some(StreamName.id(stream)) : Option.none(),
  initialState: null,
  evolve: (state) => state,
  react: (_, input, { instance }) =>
    input._tag === "CoinsTaken"
      ? [Process.send(Sample.aggregate, `approval ${instance}`, ApprovedTransfers.approval(instance))]
      : []
})

const jars = ProcessHandler.of(Sample.aggregate)
const transfers = ProcessHandler.of(Transfers.aggregate)

// The runner gets the outcome of a command this long after its events are stored.
const slow = (millis: number): typeof jars => ({
  ...jars,
  handle: (command, options) =>
    Effect.tap(jars.handle(command, options), () => command.label === "take" ? Effect.sleep(millis) : Effect.void)
})

const ids = Array.from({ length: sagas }, (_, n) => String(n))

const pendingOf = (id: string) => Effect.map(ProcessInstances.get(saga, id), ({ state }) => state.pending)

const isAnswered = (id: string) =>
  Effect.gen(function*() {
    const { commands, version } = yield* pendingOf(id)
    const { state } = yield* State.load(Sample.aggregate, `approval ${id}`)
    return version > 0 && commands.length === 0 && state.coins > 0
  })

const race = (millis: number) =>
  Effect.gen(function*() {
    yield* Effect.scoped(Effect.gen(function*() {
      yield* ProcessRunner.start(saga, { handlers: [slow(millis), transfers], pollInterval: "20 millis" })
      yield* ProcessRunner.start(approver, { handlers: [jars], pollInterval: "20 millis" })
      const request = CommandHandler.make(Transfers.aggregate)
      for (const id of ids) yield* request(id, { _tag: "Request", from: "a", to: "b", coins: 0 })
      for (const id of ids) yield* Following.until(isAnswered(id))
    }))
    // The work that is left after the runners were stopped.
    yield* ProcessRunner.catchUp(saga, { handlers: [jars, transfers] })
    return yield* Effect.forEach(ids, (id) => Effect.map(pendingOf(id), ({ phase }) => phase))
  })

test.each([0, 20, 300])(
  "a saga succeeds if the awaited event is stored %i ms before the outcome of its step",
  (millis) =>
    Effect.runPromise(Effect.scoped(Effect.gen(function*() {
      const layer = PostgresStore.layer({ url: Redacted.make(yield* freshDatabase()) })
      const phases = yield* Effect.provide(race(millis), layer)
      expect(phases).toEqual(ids.map(() => "Succeeded"))
    })))
)
