/** A schema for each tenant, on one client: one pool, and one connection that listens. */
import { PgClient } from "@effect/sql-pg"
import { PostgresStore } from "@refold/postgres"
import { Effect, Layer, LayerMap, type Redacted } from "effect"
import { CommandHandler, Consumer, Projector, ReadModel } from "refold"
import { Wallets } from "../Richest.ts"
import { codec, Wallet } from "../Wallet.ts"

// #region stores
/** The stores of the tenants. A store is opened at its first use, and closed after five minutes without use. */
export class Tenants extends LayerMap.Service<Tenants>()("Tenants", {
  lookup: (tenant: string) => PostgresStore.layerClient({ schema: `tenant_${tenant}`, pollInterval: "2 seconds" }),
  idleTimeToLive: "5 minutes"
}) {}

/** All tenants on one pool. */
export const tenants = (url: Redacted.Redacted) =>
  Layer.provide(Tenants.layer, PgClient.layer({ url, maxConnections: 10 }))
// #endregion

// #region use
const handle = CommandHandler.make(Wallet)

/** A request of a tenant, which the program has authenticated. */
export const deposit = (tenant: string, id: string, cents: number, key: string) =>
  handle(id, { _tag: "Deposit", cents, from: tenant }, { idempotencyKey: key }).pipe(
    Effect.provide(Tenants.get(tenant))
  )

/** The wallets of a tenant, as its projector has stored them. */
export const wallets = (tenant: string) => Effect.provide(ReadModel.query(Wallets, { limit: 100 }), Tenants.get(tenant))
// #endregion

// #region work
/** Runs the projections and consumers of a tenant until the scope closes; meanwhile its store stays open. */
export const work = (tenant: string, deliver: (tenant: string, from: string, key: string) => Effect.Effect<void>) =>
  Effect.gen(function*() {
    const stores = yield* Tenants.contextEffect(tenant)
    const mails = Consumer.makeUnsafe({
      name: "mails",
      events: codec,
      startAt: "start",
      handle: (event, { key }) => event._tag === "Deposited" ? deliver(tenant, event.from, key) : Effect.void
    })
    yield* Effect.provideContext(Effect.all([Projector.start(Wallets), Consumer.start(mails)]), stores)
  })
// #endregion
