/** The rows of a projection as a resource: one by its key, and pages by an index. Its types end here. */
import type { Tagged } from "@refold/core/event/EventType"
import type { Json } from "@refold/core/event/Json"
import type { Position } from "@refold/core/event/Position"
import type { RowIndex } from "@refold/core/internal/project/RowIndex"
import type { Projection } from "@refold/core/project/Projection"
import type { RowQuery } from "@refold/core/project/RowQuery"
import * as ReadModel from "@refold/store/project/ReadModel"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as JsonSchemas from "./JsonSchemas.ts"
import type { Services } from "./Services.ts"

/** A row, encoded. */
interface ShownRow {
  readonly key: string
  readonly position: number
  readonly state: Json
}

/** A page of rows, encoded. */
interface ShownPage {
  readonly rows: ReadonlyArray<ShownRow>
  readonly next: string | null
  readonly position: number
}

type Failure = ReadModel.ReadRowsFailure | ReadModel.AwaitFailure

/** The rows of a projection as a resource. */
export interface RowsResource {
  /** The name and the version of the projection. */
  readonly name: string
  readonly version: number
  readonly indexes: ReadonlyArray<RowIndex>
  readonly state: JsonSchemas.JsonSchema
  readonly definitions: JsonSchemas.SchemaDocument["definitions"]
  /** Waits until the rows include a position. */
  readonly reach: (
    position: Position,
    timeout: ReadModel.AwaitOptions["timeout"]
  ) => Effect.Effect<void, Failure, Services>
  readonly get: (key: string) => Effect.Effect<Option.Option<ShownRow>, Failure, Services>
  readonly query: (query: RowQuery) => Effect.Effect<ShownPage, Failure, Services>
}

/** Makes the resource. */
export const make = <Event extends Tagged, State>(projection: Projection<Event, State, string>): RowsResource => {
  const { indexes, name, version } = projection
  // As `Schema.toJsonSchemaDocument` writes it.
  const { definitions, schema } = projection.document as unknown as JsonSchemas.SchemaDocument
  const show = ({ key, position, state }: ReadModel.Row<State>): Effect.Effect<ShownRow> =>
    // A row that was decoded can be encoded; otherwise the service is at fault.
    Effect.fromResult(projection.encode(state)).pipe(
      Effect.map((encoded) => ({ key, position, state: encoded })),
      Effect.orDie
    )
  return {
    name,
    version,
    indexes,
    state: schema,
    definitions,
    reach: (position, timeout) => ReadModel.awaitPosition(projection, position, { timeout }),
    get: (key) =>
      Effect.flatMap(
        ReadModel.get(projection, key),
        Option.match({ onNone: () => Effect.succeedNone, onSome: (row) => Effect.asSome(show(row)) })
      ),
    query: (query) =>
      Effect.flatMap(
        ReadModel.query(projection, query),
        ({ next, position, rows }) =>
          Effect.map(Effect.forEach(rows, show), (shown) => ({ rows: shown, next: Option.getOrNull(next), position }))
      )
  }
}
