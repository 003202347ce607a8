/** The PostgreSQL of the story: the server of DATABASE_URL, else one inside this process. */
import * as PostgresStore from "@refold/postgres/PostgresStore"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"

/** The database cannot be used: it is not reachable, not allowed, or not migrated. */
class DatabaseUnavailable extends Data.TaggedError("DatabaseUnavailable")<{
  readonly name: string
  readonly cause: Error
}> {
  override get message(): string {
    return `${this.name} cannot be used: ${this.cause.message}`
  }
}

/** The schema of the store. On a server it stays: imports are not repeated, and each run opens accounts of its own. */
export const schema = "meridian_ledger"

/** A store, and its name in the output. */
export const fromUrl = (url: string | undefined) => {
  const [name, layer] = url === undefined || url === ""
    ? ["an embedded PostgreSQL", PostgresStore.layerEmbedded({ schema })] as const
    : ["the PostgreSQL at DATABASE_URL", PostgresStore.layer({ url: Redacted.make(url), schema })] as const
  const unavailable = (cause: Error) => new DatabaseUnavailable({ name, cause })
  return { name, layer: Layer.effectContext(Effect.mapError(Layer.build(layer), unavailable)) }
}
