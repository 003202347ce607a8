/** Exports and imports with one fault each. */
import { EventStore } from "@refold/store/log/EventStore"
import { type ImportTarget, Maintenance } from "@refold/store/maintain/Maintenance"
import * as Store from "@refold/store/maintain/Store"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as FreshStore from "../../../src/maintain/internal/FreshStore.ts"
import type * as WholeStoreLaws from "../../../src/maintain/internal/WholeStoreLaws.ts"
import { memory } from "../../project/faults/ReadModels.ts"

type Service = Maintenance["Service"]

const changed = (change: (service: Service, store: EventStore["Service"]) => Partial<Service>) =>
  FreshStore.layer(memory((services) => {
    const service = Context.get(services, Maintenance)
    return Context.make(
      Maintenance,
      Maintenance.of({ ...service, ...change(service, Context.get(services, EventStore)) })
    )
  }))

const targets = (change: (target: ImportTarget, store: EventStore["Service"]) => Partial<ImportTarget>) =>
  changed(({ importInto }, store) => ({
    importInto: (isDryRun, body) => importInto(isDryRun, (target) => body({ ...target, ...change(target, store) }))
  }))

export const leavesOutKeys = changed(() => ({ keys: () => Stream.empty }))

export const forgetsProgress = targets(({ begin }) => ({
  begin: (id) => Effect.map(begin(id), (progress) => ({ ...progress, lines: 0 }))
}))

/** Appends the events of a batch to the store, too. */
export const storesBatchesAtOnce = targets(({ write }, { commit }) => ({
  write: (batch, from, to) =>
    Effect.tap(write(batch, from, to), () =>
      batch.kind === "event"
        ? Effect.forEach(
          batch.items,
          ({ stream, ...event }) =>
            Effect.orDie(commit({ writes: [{ stream, expected: { _tag: "Any" }, events: [event] }] }))
        )
        : Effect.void)
}))

export const storesInDryRuns = changed(({ importInto }) => ({ importInto: (_, body) => importInto(false, body) }))

/** Imports the valid lines of a damaged file. */
export const ignoresDamages: WholeStoreLaws.ImportLines = (lines, options) =>
  Effect.orElseSucceed(Store.importLines(lines, options), () => ({
    export: "",
    counts: { events: 0, keys: 0, discards: 0, consumers: 0 },
    resumedAfter: 0
  }))
