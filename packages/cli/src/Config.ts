/**
 * The configuration of the command `refold` in a `refold.config.ts`: the codecs, aggregates, projections, processes and consumers
 * of an application. Without one the command shows events as they are stored.
 */
import type { DecodeError, UnencodableEvent } from "@refold/core/event/DecodeError"
import type { EncodedEvent } from "@refold/core/event/EventCodec"
import type { Encoded } from "@refold/core/event/RecordedEvent"
import type * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import type * as Result from "effect/Result"
import type * as SqlClient from "effect/sql/SqlClient"

/** The codec of any events: an `EventCodec`. */
export interface AnyCodec {
  readonly decode: (stored: Encoded) => Result.Result<ReadonlyArray<unknown>, DecodeError>
  readonly encode: (event: never) => Result.Result<EncodedEvent, UnencodableEvent>
  readonly storedTypes: (types?: ReadonlyArray<never>) => ReadonlyArray<string>
}

/** Any aggregate, of `Aggregate.make`. */
export interface AnyAggregate {
  readonly category: string
  readonly events: AnyCodec
  readonly decider: {
    readonly initialState: unknown
    readonly evolve: (state: never, event: never) => unknown
  }
}

/** Any projection: of `Projection.make` or `Projection.ofAggregate`, or a `SqlProjection`. */
export type AnyProjection =
  & { readonly name: string; readonly version: number; readonly types: ReadonlyArray<string> }
  & (
    | { readonly keys: (event: never, envelope: never) => ReadonlyArray<string> }
    | { readonly fold: (...parameters: never) => Effect.Effect<unknown, unknown> }
  )

/** Any process, of `Process.make` or `Saga.make`. */
export interface AnyProcess {
  readonly name: string
  readonly events: AnyCodec
  readonly instances: AnyAggregate
  readonly rows: AnyProjection
}

/** Any consumer, of `Consumer.make`. The services that its handlers need are those of `Config.services`, and the client of the store. */
export interface AnyConsumer {
  readonly name: string
  readonly events: AnyCodec
  readonly startAt: unknown
  readonly handle?: ((event: never, delivery: never) => Effect.Effect<unknown, unknown, unknown>) | undefined
  readonly handleAll?: ((delivered: never) => Effect.Effect<unknown, unknown, unknown>) | undefined
}

/** The configuration. All fields are optional; each name or category occurs once. */
export interface Config {
  /** The schema of the store, `refold` by default; the flag `--schema` takes precedence. */
  readonly schema?: string | undefined
  /** Decode the events of streams that no aggregate and no process has. The first codec with the type of an event decodes it. */
  readonly codecs?: ReadonlyArray<AnyCodec> | undefined
  /** For `show --state`, and for decoding the events of their streams. */
  readonly aggregates?: ReadonlyArray<AnyAggregate> | undefined
  /** For `rebuild`, `parked retry` and `parked discard`. */
  readonly projections?: ReadonlyArray<AnyProjection> | undefined
  /** For the `process` commands, and for `parked retry` and `parked discard` of their observers. */
  readonly processes?: ReadonlyArray<AnyProcess> | undefined
  /** For `parked retry` and `parked discard`, which deliver events. */
  readonly consumers?: ReadonlyArray<AnyConsumer> | undefined
  /**
   * The services of handlers of consumers, and a `WireTransform` of the program. They are built by the commands that run code of
   * the config: `rebuild`, `verify`, `process`, `show --state`, `parked retry` and `parked discard`. Events are shown as stored.
   */
  readonly services?: Layer.Layer<never, unknown, SqlClient.SqlClient> | undefined
}

/** The configuration itself, with its types checked: `export default defineConfig({ … })` in `refold.config.ts`. */
export const defineConfig = (config: Config): Config => config
