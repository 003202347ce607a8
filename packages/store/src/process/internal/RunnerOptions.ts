/** The options of a process runner: their rules and their defaults, resolved once. */
import { invalid, type InvalidInput } from "@refold/core/event/InvalidInput"
import type * as Duration from "effect/Duration"
import * as Result from "effect/Result"
import * as CheckOptions from "../../log/internal/CheckOptions.ts"
import type { ProcessHandler } from "../ProcessHandler.ts"

/** The options of running a process. */
export interface Options<R> {
  /** Handlers for the commands of the process: one for the category of each of its targets. */
  readonly handlers: ReadonlyArray<ProcessHandler<R>>
  /** Maximum number of events in a batch, 200 by default. The decisions of a batch are recorded in one transaction. */
  readonly batchSize?: number | undefined
  /**
   * Maximum attempts of a command that fails for another reason than the store, 3 by default; its outcome is then
   * `CommandFailed`. Attempts that end without a known outcome are not counted: they are repeated without a limit.
   */
  readonly commandAttempts?: number | undefined
  /** Timeout of one attempt of a command, 30 seconds by default. After a timeout the outcome is unknown: see `ProcessRunner.run`. */
  readonly commandTimeout?: Duration.Input | undefined
  /** Number of workers, 8 by default: each works on one instance at a time. */
  readonly concurrency?: number | undefined
  /**
   * The maximum number of partitions of the observer that this program works on at a time, 1 by default: see `Partitions.change`. The
   * `concurrency` workers share the commands of all instances in any case.
   */
  readonly observers?: number | undefined
  /** The polling interval for due timeouts, 1 second by default: a timeout may fire that much late. */
  readonly pollInterval?: Duration.Input | undefined
}

/** The options, complete and valid. */
export interface RunnerOptions<R> {
  readonly handlers: ReadonlyArray<ProcessHandler<R>>
  readonly batchSize: number
  readonly commandAttempts: number
  readonly commandTimeout: Duration.Duration
  readonly concurrency: number
  readonly observers: number
  readonly pollInterval: Duration.Duration
}

/** The options with their defaults, or `InvalidInput` that names the option and its rule. */
export const resolve = <R>(
  { targets }: { readonly targets: ReadonlyArray<{ readonly category: string }> },
  {
    batchSize = 200,
    commandAttempts = 3,
    commandTimeout = "30 seconds",
    concurrency = 8,
    handlers,
    observers = 1,
    pollInterval = "1 second"
  }: Options<R>
): Result.Result<RunnerOptions<R>, InvalidInput> =>
  Result.all({
    batchSize: CheckOptions.count("batchSize", batchSize),
    commandAttempts: CheckOptions.count("commandAttempts", commandAttempts),
    commandTimeout: CheckOptions.duration("commandTimeout", commandTimeout),
    concurrency: CheckOptions.count("concurrency", concurrency),
    observers: CheckOptions.count("observers", observers),
    pollInterval: CheckOptions.duration("pollInterval", pollInterval),
    handlers: checkHandlers(targets, handlers)
  })

const checkHandlers = <R>(
  targets: ReadonlyArray<{ readonly category: string }>,
  handlers: ReadonlyArray<ProcessHandler<R>>
): Result.Result<ReadonlyArray<ProcessHandler<R>>, InvalidInput> => {
  // In untyped code it may be missing.
  if (!Array.isArray(handlers)) return invalid("handlers", "must be an array with a handler for each target")
  const missing = targets.find((target) => handlers.every(({ category }) => category !== target.category))
  return missing === undefined
    ? Result.succeed(handlers)
    : invalid("handlers", `must have one for category "${missing.category}"`)
}
