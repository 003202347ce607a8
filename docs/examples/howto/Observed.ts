/** A service of wallets whose commands and queries are traced, logged and counted. */
import { Effect, Metric, Stream } from "effect"
import { PrometheusMetrics } from "effect/observability"
import { CommandHandler, Commands, Middleware, ProjectionStatus, Queries, ReadModel } from "refold"
import { Wallets } from "../Richest.ts"
import { Wallet } from "../Wallet.ts"

// #region middleware
// The first is the outermost: the correlation id is in the span and in the log line.
const middleware = [Middleware.correlation, Middleware.tracing, Middleware.logging] as const

const handle = CommandHandler.make(Wallet)

export const send = Commands.make({ Deposit: handle, Withdraw: handle }, middleware)

export const ask = Queries.make(
  {
    BalanceOf: ({ id }: { readonly _tag: "BalanceOf"; readonly id: string }) => ReadModel.get(Wallets, `wallet-${id}`)
  },
  middleware
)
// #endregion

// #region own
// A metric of your own is a middleware, too.
const commands = Metric.counter("wallet_commands", { description: "commands by tag", incremental: true })

const counting: Middleware.Middleware = (call, next) =>
  Effect.andThen(Metric.update(Metric.withAttributes(commands, { tag: call.tag }), 1), next)

export const counted = Commands.make({ Deposit: handle, Withdraw: handle }, [counting, ...middleware])
// #endregion

// #region metrics
/** Keeps the gauges of the projections up to date. Run it in the background of one program. */
export const watch = Stream.runDrain(ProjectionStatus.watch("10 seconds"))

/** The metrics as Prometheus reads them, for example behind `GET /metrics`. */
export const metrics = PrometheusMetrics.format()
// #endregion
