/** Processes, and those who run them, with one fault each. */
import type { Tagged } from "@refold/core/event/EventType"
import * as Process from "@refold/core/process/Process"
import * as EventStore from "@refold/store/log/EventStore"
import type { Batch } from "@refold/store/project/ReadModelStore"
import { ReadModelStore } from "@refold/store/project/ReadModelStore"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { later } from "../../src/kit/internal/LaterClock.ts"
import * as Alarms from "../../src/process/internal/Alarms.ts"
import * as Coins from "../../src/process/internal/Coins.ts"
import type { Deploy } from "../../src/process/internal/ProcessLaws.ts"
import * as Timeouts from "../../src/process/internal/Timeouts.ts"
import * as Transfers from "../../src/process/internal/Transfers.ts"
import * as ReadModels from "./ReadModels.ts"

const deciding = <Event extends Tagged, State>(
  process: Process.Process<Event, State>,
  change: (
    decider: Process.Process<Event, State>["instances"]["decider"]
  ) => Partial<Process.Process<Event, State>["instances"]["decider"]>
): Process.Process<Event, State> => {
  const { decider } = process.instances
  return { ...process, instances: { ...process.instances, decider: { ...decider, ...change(decider) } } }
}

/** Does not know what it has seen. */
export const forgetsWhatItMet = deciding(Alarms.make("alarms"), ({ evolve }) => ({
  evolve: (instance, event) => {
    const next = evolve(instance, event)
    return { ...next, pending: { ...next.pending, observed: [] } }
  }
}))

/** Counts in a variable beside its state. */
export const countsItsCalls = (() => {
  let calls = 0
  return Alarms.make("alarms", { evolve: () => ({ rings: calls++ }) })
})()

/** What was decided is decided again whenever an instance is loaded. */
export const decidesAnew: Deploy = (definition) =>
  deciding(Process.makeUnsafe(definition), ({ evolve }) => ({
    evolve: (instance, event) =>
      evolve(instance, event._tag === "ProcessReacted" ? { ...event, decided: [{ _tag: "Complete" }] } : event)
  }))

/** Begins with what came last. */
export const retriesBackwards: Deploy = (definition) =>
  deciding(Process.makeUnsafe(definition), ({ decide }) => ({
    decide: (message, instance) =>
      message._tag !== "Retry" ? decide(message, instance) : decide(message, {
        ...instance,
        pending: { ...instance.pending, waiting: instance.pending.waiting.toReversed() }
      })
  }))

/** Its compensations succeed, and do nothing. */
export const putsNothingBack: Coins.Kit = {
  ...Coins.sound,
  transfers: (name, options) => {
    const saga = Transfers.make(name, options)
    return Process.makeUnsafe({
      ...saga,
      initialState: saga.initialState,
      react: (...args) =>
        saga.react(...args).map((one) =>
          one._tag === "Send" && one.label.startsWith("undo") ? { ...one, command: { _tag: "Take", coins: 0 } } : one
        )
    })
  }
}

/** As if every try were the first one. */
export const ignoresKeys: Coins.Kit = {
  ...Coins.sound,
  handlerOf: (aggregate) => {
    const handler = Coins.sound.handlerOf(aggregate)
    return {
      ...handler,
      handle: (command, options) => handler.handle(command, { ...options, idempotencyKey: undefined })
    }
  }
}

/** Does what the code of today would have decided: to take a coin more. */
export const asksTheCodeOfToday: Coins.Kit = {
  ...Coins.sound,
  handlerOf: (aggregate) => {
    const handler = Coins.sound.handlerOf(aggregate)
    return {
      ...handler,
      handle: (command, options) => {
        // Those of the saga have coins, but for the last one.
        const sent = command.command as { readonly _tag: string; readonly coins: number }
        const today = sent._tag === "Add" ? { ...sent, coins: sent.coins + 1 } : sent
        return handler.handle({ ...command, command: today }, options)
      }
    }
  }
}

/** Its clock is a day ahead of the time. */
export const isEarly: Timeouts.Kit = {
  ...Timeouts.sound,
  catchUp: (process, options) => later("1 day")(Timeouts.sound.catchUp(process, options))
}

/** Its alarms cannot be stopped. */
export const cancelsNothing: Timeouts.Kit = {
  ...Timeouts.sound,
  alarms: (name, options) => {
    const { react, ...alarms } = Alarms.make(name, options)
    return Process.makeUnsafe({
      ...alarms,
      initialState: { rings: 0 },
      react: (...args) => react(...args).filter(({ _tag }) => _tag !== "Cancel")
    })
  }
}

/** Stores a commit as often as it comes. */
export const forgetsKeys = ReadModels.memory((services) => {
  const { append: _append, ...adapter } = Context.get(services, EventStore.EventStore)
  return EventStore.context({
    ...adapter,
    commit: ({ writes }, inline) => adapter.commit({ writes }, inline),
    findAppended: () => Effect.succeedNone
  })
})

type Saved = Parameters<Batch["save"]>[0]

const withoutCorrelation = ({ rows, ...changes }: Saved): Saved => ({
  ...changes,
  rows: rows.map((row) => ({ ...row, state: JSON.parse(JSON.stringify(row.state, forgetCorrelation)) }))
})

const forgetCorrelation = (key: string, value: unknown): unknown => key === "correlationId" ? "" : value

/** Loses something of each row. */
export const forgetsCorrelation = ReadModels.memory((services) => {
  const rows = Context.get(services, ReadModelStore)
  return Context.make(ReadModelStore, {
    ...rows,
    update: (id, body, options) =>
      rows.update(
        id,
        (batch) => body({ ...batch, save: (changes) => batch.save(withoutCorrelation(changes)) }),
        options
      )
  })
})
