/** Processes and their runners, with one fault each. */
import type { Tagged } from "@refold/core/event/EventType"
import * as ProcessKey from "@refold/core/internal/journal/ProcessKey"
import * as Observed from "@refold/core/internal/process/Observed"
import * as ExpectedVersion from "@refold/core/journal/ExpectedVersion"
import * as Process from "@refold/core/process/Process"
import * as EventStore from "@refold/store/log/EventStore"
import type { Batch } from "@refold/store/project/ReadModelStore"
import { ReadModelStore } from "@refold/store/project/ReadModelStore"
import * as Chunk from "effect/Chunk"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as SkewedClock from "../../../src/kit/internal/SkewedClock.ts"
import * as Alarms from "../../../src/process/internal/Alarms.ts"
import * as AlarmScript from "../../../src/process/internal/AlarmScript.ts"
import type { Deploy } from "../../../src/process/internal/ProcessLaws.ts"
import * as TransferRun from "../../../src/process/internal/TransferRun.ts"
import * as Transfers from "../../../src/process/internal/Transfers.ts"
import * as Codecs from "../../event/faults/Codecs.ts"
import * as ReadModels from "../../project/faults/ReadModels.ts"

const deciding = <Event extends Tagged, State>(
  process: Process.Process<Event, State>,
  change: (
    decider: Process.Process<Event, State>["instances"]["decider"]
  ) => Partial<Process.Process<Event, State>["instances"]["decider"]>
): Process.Process<Event, State> => {
  const { decider } = process.instances
  return { ...process, instances: { ...process.instances, decider: { ...decider, ...change(decider) } } }
}

/** Does not record the events that it has observed. */
export const forgetsObservedEvents = deciding(Alarms.make("alarms"), ({ evolve }) => ({
  evolve: (instance, event) => {
    const next = evolve(instance, event)
    return { ...next, pending: { ...next.pending, observed: Observed.none } }
  }
}))

/** Observes only the first event of a stored event that is split. */
export const observesTheFirstEventOnly = Alarms.make("alarms", { events: Codecs.readsTheFirstEventOnly })

/** Keeps a variable outside of its state. */
export const countsItsCalls = (() => {
  let calls = 0
  return Alarms.make("alarms", { evolve: () => ({ rings: calls++ }) })
})()

/** Decides again whenever an instance is loaded. */
export const decidesAgain: Deploy = (definition) =>
  deciding(Process.makeUnsafe(definition), ({ evolve }) => ({
    evolve: (instance, event) =>
      evolve(instance, event._tag === "ProcessReacted" ? { ...event, decided: [{ _tag: "Complete" }] } : event)
  }))

/** Cannot fold events of types that it does not have. */
export const refusesUnknownTypes: Deploy = (definition) =>
  deciding(Process.makeUnsafe(definition), ({ evolve }) => ({
    evolve: (instance, event) => {
      const next = evolve(instance, event)
      const isUnknown = next.unknownTypes.length > 0
      return isUnknown ? { ...next, state: Result.fail({ stage: "Event", reason: "unknown" }) } : next
    }
  }))

/** Counts all its inputs, so that its state shows the number of them. */
export const countsItsInputs = Alarms.make("alarms", { evolve: ({ rings }) => ({ rings: rings + 1 }) })

/** Keeps the state of the former run. */
export const restartsWithItsState: Deploy = (definition) =>
  deciding(Process.makeUnsafe(definition), ({ evolve }) => ({
    evolve: (instance, event) =>
      event._tag === "ProcessRestarted"
        ? { ...evolve(instance, event), state: instance.state }
        : evolve(instance, event)
  }))

/** Retries waiting triggers in reverse order. */
export const retriesBackwards: Deploy = (definition) =>
  deciding(Process.makeUnsafe(definition), ({ decide }) => ({
    decide: (message, instance) =>
      message._tag !== "Retry" ? decide(message, instance) : decide(message, {
        ...instance,
        pending: { ...instance.pending, waiting: Chunk.reverse(instance.pending.waiting) }
      })
  }))

/** Its compensations succeed without an effect. */
export const compensatesNothing: TransferRun.Implementation = {
  ...TransferRun.standard,
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

/** Sends every attempt without an idempotency key. */
export const ignoresKeys: TransferRun.Implementation = {
  ...TransferRun.standard,
  handlerOf: (aggregate) => {
    const handler = TransferRun.standard.handlerOf(aggregate)
    return {
      ...handler,
      handle: (command, options) => handler.handle(command, { ...options, idempotencyKey: undefined })
    }
  }
}

/** Sends the command that the current code would decide, with one more coin. */
export const decidesWhenSending: TransferRun.Implementation = {
  ...TransferRun.standard,
  handlerOf: (aggregate) => {
    const handler = TransferRun.standard.handlerOf(aggregate)
    return {
      ...handler,
      handle: (command, options) => {
        // All commands of the saga except the last one have coins.
        const sent = command.command as { readonly _tag: string; readonly coins: number }
        const current = sent._tag === "Add" ? { ...sent, coins: sent.coins + 1 } : sent
        return handler.handle({ ...command, command: current }, options)
      }
    }
  }
}

/** Its clock is a day ahead. */
export const isADayAhead: AlarmScript.AlarmImplementation = {
  ...AlarmScript.standard,
  catchUp: (process, options) => SkewedClock.ahead("1 day")(AlarmScript.standard.catchUp(process, options))
}

/** It is parked by times in the past. */
export const refusesThePast: AlarmScript.AlarmImplementation = {
  ...AlarmScript.standard,
  alarms: (name, options) => {
    const { react, ...alarms } = Alarms.make(name, options)
    return Process.makeUnsafe({
      ...alarms,
      initialState: { rings: 0 },
      react: (state, input, ...rest) => {
        if (input._tag === "CoinsAdded" && Alarms.hoursOf(input.coins) < 0) throw new Error("it is over")
        return react(state, input, ...rest)
      }
    })
  }
}

/** Its alarms cannot be cancelled. */
export const cancelsNothing: AlarmScript.AlarmImplementation = {
  ...AlarmScript.standard,
  alarms: (name, options) => {
    const { react, ...alarms } = Alarms.make(name, options)
    return Process.makeUnsafe({
      ...alarms,
      initialState: { rings: 0 },
      react: (...args) => react(...args).filter(({ _tag }) => _tag !== "Cancel")
    })
  }
}

/** Stores a commit each time it is sent. */
export const forgetsKeys = ReadModels.memory((services) => {
  const { append: _append, ...adapter } = Context.get(services, EventStore.EventStore)
  return EventStore.context({
    ...adapter,
    commit: ({ writes }, inline) => adapter.commit({ writes }, inline),
    findAppended: () => Effect.succeedNone
  })
})

const withoutPrefix = <Keyed extends { readonly key: string }>(idempotency: Keyed): Keyed => ({
  ...idempotency,
  key: ProcessKey.commandIdOf(idempotency.key) ?? idempotency.key
})

/** Keeps the keys of processes among those of clients, and checks no cause. */
export const sharesKeys = ReadModels.memory((services) => {
  const store = Context.get(services, EventStore.EventStore)
  const commit: typeof store.commit = ({ idempotency, writes }, inline) =>
    store.commit({ writes, idempotency: idempotency && withoutPrefix(idempotency) }, inline)
  return Context.make(EventStore.EventStore, {
    ...store,
    commit,
    append: (stream, events, { expected = ExpectedVersion.Any, idempotency, inline, lastEventId } = {}) =>
      commit({ writes: [{ stream, expected, lastEventId, events }], idempotency }, inline),
    findAppended: (idempotency) => store.findAppended(withoutPrefix(idempotency))
  })
})

type Saved = Parameters<Batch["save"]>[0]

const withoutPhases = ({ rows, ...changes }: Saved): Saved => ({
  ...changes,
  rows: rows.map((row) => ({ ...row, state: JSON.parse(JSON.stringify(row.state, withoutPhase)) }))
})

const withoutPhase = (key: string, value: unknown): unknown => key === "phase" ? "" : value

/** Omits the phase of each row. */
export const omitsPhases = ReadModels.memory((services) => {
  const rows = Context.get(services, ReadModelStore)
  return Context.make(ReadModelStore, {
    ...rows,
    update: (id, body, options) =>
      rows.update(
        id,
        (batch) => body({ ...batch, save: (changes) => batch.save(withoutPhases(changes)) }),
        options
      )
  })
})
