/** Finds definitions of the config file by their names, with the types that the functions of the library take. */
import type { Aggregate } from "@refold/core/decide/Aggregate"
import type { EventCodec } from "@refold/core/event/EventCodec"
import type { Tagged } from "@refold/core/event/EventType"
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import * as StreamName from "@refold/core/event/StreamName"
import type { Process } from "@refold/core/process/Process"
import type { Projection } from "@refold/core/project/Projection"
import * as Consumer from "@refold/store/consume/Consumer"
import * as Verifier from "@refold/store/maintain/Verifier"
import * as ProcessRunner from "@refold/store/process/ProcessRunner"
import type * as Projector from "@refold/store/project/Projector"
import * as Effect from "effect/Effect"
import type { AnyCodec, AnyProjection, Config } from "../../Config.ts"
import { type CliFailure, usage } from "../frame/CliFailure.ts"
import type * as Settings from "../frame/Settings.ts"
import * as LoadConfig from "./LoadConfig.ts"

/** The services that the observers of processes need. */
export type Handlers = ProcessRunner.Services

/** A projection, process or consumer of unknown types. */
export type AnyRunnable = Projector.Runnable<Tagged, unknown, Handlers>

/** An aggregate of unknown types. */
export type UnknownAggregate = Aggregate<never, unknown, Tagged, unknown>

/*
 * The casts below are sound: a definition only ever gets events that its own codec has decoded and states that its own functions
 * have returned, so that their types, which are lost here, fit one another.
 */

/** The codec of a stream's events; undefined if the config has none. */
export const codecOf = (
  { aggregates = [], codecs = [], processes = [] }: Config,
  { stream, type }: Pick<RecordedEvent, "stream" | "type">
): EventCodec<Tagged> | undefined => {
  const category = StreamName.category(stream)
  const found: AnyCodec | undefined = aggregates.find((one) => one.category === category)?.events ??
    processes.find((one) => one.name === category)?.instances.events ??
    codecs.find((codec) => codec.storedTypes().includes(type))
  return found as EventCodec<Tagged> | undefined
}

/** The aggregate of a category, which may be that of the instances of a process. */
export const aggregate = (category: string): Effect.Effect<UnknownAggregate, CliFailure, Settings.Config> =>
  Effect.flatMap(LoadConfig.config, ({ aggregates = [], processes = [] }) => {
    const found = [...aggregates, ...processes.map(({ instances }) => instances)].find((one) =>
      one.category === category
    )
    return found === undefined ?
      missing("aggregates", `an aggregate of the category "${category}"`)
      : Effect.succeed(found as unknown as UnknownAggregate)
  })

/** A process. */
export const process = (name: string): Effect.Effect<Process<Tagged, unknown>, CliFailure, Settings.Config> =>
  Effect.flatMap(LoadConfig.config, ({ processes = [] }) => {
    const found = processes.find((one) => one.name === name)
    return found === undefined ?
      missing("processes", `a process "${name}"`)
      : Effect.succeed(found as unknown as Process<Tagged, unknown>)
  })

/** A projection, for a rebuild. */
export const projection = (name: string): Effect.Effect<AnyRunnable, CliFailure, Settings.Config> =>
  Effect.flatMap(LoadConfig.config, ({ processes = [], projections = [] }) => {
    const instances = processes.map(({ rows }) => rows)
    const found = [...projections, ...instances].find((one) => one.name === name)
    return found === undefined ?
      missing("projections", `a projection "${name}"`)
      : Effect.succeed(runnable(found))
  })

/** The definition under whose name streams are parked: a projection, the observer of a process, or a consumer. */
export const parking = (name: string): Effect.Effect<AnyRunnable, CliFailure, Settings.Config> =>
  Effect.flatMap(LoadConfig.config, ({ consumers = [], processes = [], projections = [] }) => {
    const projection = [...projections, ...processes.map(({ rows }) => rows)].find((one) => one.name === name)
    if (projection !== undefined) return Effect.succeed(runnable(projection))
    const observers = processes.map((one) => ProcessRunner.observer(one as unknown as Process<Tagged, unknown>))
    const observer = observers.find((one) => one.name === name)
    if (observer !== undefined) return Effect.succeed<AnyRunnable>(observer)
    const consumer = consumers.find((one) => one.name === name) as unknown as Consumer.Consumer<Tagged> | undefined
    return consumer === undefined ?
      missing("projections, processes or consumers", `"${name}"`)
      : Effect.succeed<AnyRunnable>(Consumer.target(consumer))
  })

/**
 * The verifiers of the config: for all events that it can decode, snapshots of its aggregates, rows of its projections.
 * Event types that a codec does not have are not checked.
 */
export const verifiers: Effect.Effect<ReadonlyArray<Verifier.Verifier>, CliFailure, Settings.Config> = Effect.map(
  LoadConfig.config,
  ({ aggregates = [], codecs = [], processes = [], projections = [] }) => [
    ...codecs.map((codec): Verifier.Verifier => ({
      decode: (event) => codec.storedTypes().includes(event.type) ? codec.decode(event) : undefined
    })),
    ...[...aggregates, ...processes.map(({ instances }) => instances)].map((one) =>
      Verifier.aggregate(one as unknown as UnknownAggregate)
    ),
    ...[...projections, ...processes.map(({ rows }) => rows)].filter((one) => "keys" in one).map((one) =>
      Verifier.projection(one as unknown as Projection<Tagged, unknown, string>)
    )
  ]
)

const runnable = (found: AnyProjection): AnyRunnable => found as unknown as AnyRunnable

const missing = (field: string, what: string) =>
  Effect.flatMap(LoadConfig.find, (file) =>
    usage(
      file === undefined
        ? `this needs ${what}: name it under ${field} in a refold.config.ts`
        : `the config file has no ${what.replace(/^an? /, "")}: name it under ${field}`
    ))
