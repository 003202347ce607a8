/** Exports a store to a file, imports it into an empty store, verifies it, and checks its server. */
import { Effect, Schema, Stream } from "effect"
import * as Fs from "node:fs"
import * as Readline from "node:readline"
import { Projection, Store, Verifier } from "refold"
import { codec, Wallet } from "../Wallet.ts"

const linesOf = (file: string) =>
  Stream.suspend(() =>
    Stream.fromAsyncIterable(
      Readline.createInterface({ input: Fs.createReadStream(file), crlfDelay: Infinity }),
      (cause) => new Error(`${file} cannot be read`, { cause })
    )
  ).pipe(Stream.rechunk(1000))

const writeTo = <E, R>(file: string, lines: Stream.Stream<string, E, R>) =>
  Stream.runForEachArray(lines, (texts) => Effect.sync(() => Fs.appendFileSync(file, `${texts.join("\n")}\n`)))

// #region export
export const exportTo = (file: string) => writeTo(file, Store.exportLines)
// #endregion

// #region resume
export const continueExport = (file: string) =>
  Effect.gen(function*() {
    const { keep, rest } = yield* Store.resumeExport(linesOf(file))
    // The last line may be incomplete: the header and the complete events are copied.
    yield* writeTo(`${file}.new`, Stream.concat(Stream.take(linesOf(file), keep), rest))
    yield* Effect.sync(() => Fs.renameSync(`${file}.new`, file))
  })
// #endregion

// #region import
const importFrom = (file: string) =>
  Effect.gen(function*() {
    yield* Store.importLines(linesOf(file), { dryRun: true })
    return yield* Store.importLines(linesOf(file), {
      onProgress: ({ lines }) => Effect.logInfo(`${lines} lines are stored`)
    })
  })
// #endregion

// #region repair
export const importOrSayWhy = (file: string) =>
  Effect.catchTags(importFrom(file), {
    InvalidLine: ({ field, line, rule }) => Effect.fail(`repair ${field} in line ${line}: it ${rule}`),
    IncompleteFile: ({ lines }) => Effect.fail(`fetch the file again: it ends after ${lines} lines`)
  })

export const startOver = Store.abandonImport
// #endregion

export const balances = Projection.makeUnsafe({
  name: "balances",
  version: 1,
  events: codec,
  keys: (_, { stream }) => [stream],
  state: Schema.Struct({ cents: Schema.Number }),
  initialState: { cents: 0 },
  evolve: ({ cents }, event) => ({ cents: cents + (event._tag === "Deposited" ? event.cents : -event.cents) })
})

// #region verify
const findings = Store.verify({
  verifiers: [Verifier.aggregate(Wallet), Verifier.projection(balances)],
  onProgress: (part, items) => Effect.logDebug(`${items} ${part}`)
})

export const isDamaged = Stream.runFold(
  findings,
  () => false,
  (found, { severity }) => found || severity === "Error"
)
// #endregion

// #region check
export const report = Effect.map(
  Store.check,
  (all) =>
    all.filter(({ severity }) => severity !== "Ok").map(({ _tag, message, severity }) =>
      `${severity} ${_tag}: ${message}`
    )
)
// #endregion
