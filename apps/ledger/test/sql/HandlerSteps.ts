// Runs one step of a program on a store.
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type * as SqlClient from "effect/sql/SqlClient"
import { randomUUID } from "node:crypto"
import * as EventId from "refold/EventId"
import type { EventReader } from "refold/EventReader"
import { EventStore } from "refold/EventStore"
import type * as Json from "refold/Json"
import type { SnapshotStore } from "refold/SnapshotStore"
import * as StreamName from "refold/StreamName"
import type { StoredEvent } from "./AccountArbitraries.ts"
import type { Step } from "./HandlerPrograms.ts"
import * as HandlerTwin from "./HandlerTwin.ts"

/** The services of a step. */
export type Services = SqlClient.SqlClient | EventStore | EventReader | SnapshotStore

/** The stream of an account. */
export const nameOf = (account: string) => Result.getOrThrow(StreamName.make("account", account))

/** Appends an imported fact. */
export const addFact = (account: string, { data, schemaVersion, type }: StoredEvent) =>
  Effect.flatMap(EventStore, (store) =>
    store.append(nameOf(account), [{
      id: Result.getOrThrow(EventId.parse(randomUUID(), "id")),
      type,
      schemaVersion,
      // A text of JSON.
      data: JSON.parse(data) as Json.Json,
      metadata: {},
      occurredAt: DateTime.makeUnsafe(0)
    }]))

/** Runs a step, in its language. */
export const play = (schema: string) => {
  const sql = HandlerTwin.inSql(schema)
  return (step: Step): Effect.Effect<Json.Json, unknown, Services> => {
    switch (step._tag) {
      case "Ask":
        return step.by === "SQL"
          ? sql.ask(step.ask)
          : HandlerTwin.ask(step.ask, { remembers: step.by === "TypeScript" })
      case "Transfer":
        return step.by === "SQL" ? sql.transfer(step.transfer) : HandlerTwin.transfer(step.transfer)
      case "Fact":
        return Effect.as(addFact(step.account, step.event), null)
      case "Remember":
        return step.by === "SQL"
          ? Effect.as(sql.remember(step.account), null)
          : Effect.as(HandlerTwin.remember(step.account), null)
    }
  }
}

/** Runs a step in TypeScript. */
export const playByTypeScript = (step: Step) => {
  switch (step._tag) {
    case "Ask":
      return HandlerTwin.ask(step.ask, { remembers: false })
    case "Transfer":
      return HandlerTwin.transfer(step.transfer)
    case "Fact":
      return Effect.as(addFact(step.account, step.event), null)
    case "Remember":
      return Effect.succeed(null)
  }
}
