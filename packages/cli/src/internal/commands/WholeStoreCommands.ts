/** `refold export` and `refold import`: a whole store as lines of JSON. */
import * as Store from "@refold/store/maintain/Store"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { createReadStream, existsSync } from "node:fs"
import { createInterface } from "node:readline"
import * as Connection from "../connect/Connection.ts"
import { failed, usage } from "../frame/CliFailure.ts"
import { confirm } from "../frame/Confirm.ts"
import * as Output from "../frame/Output.ts"
import * as ProgressBar from "../frame/ProgressBar.ts"

/** `refold export`. */
export const exportStore = Command.make("export", {}, () =>
  Connection.withStore(Effect.gen(function*() {
    let count = 0
    yield* Stream.runForEachArray(Store.exportLines, (texts) => {
      count += texts.length
      return Effect.andThen(Output.lines(texts), ProgressBar.count("lines", count))
    })
    yield* ProgressBar.clear
    yield* Output.remark(`${count} lines`)
  }))).pipe(
    Command.withDescription(
      "Writes the store to stdout as lines of JSON: events, idempotency keys, discarded events, and the checkpoints of consumers. Programs may write meanwhile. Needs the rights of the owner."
    ),
    Command.withShortDescription("Write the store to stdout"),
    Command.withExamples([
      { command: "refold export > shop.ndjson", description: "To a file" },
      { command: "refold export | zstd > shop.ndjson.zst", description: "Compressed" }
    ])
  )

// In pages, so that a batch is stored with few statements.
const linesOf = (file: string | undefined) =>
  Stream.suspend(() => {
    const input = file === undefined ? process.stdin : createReadStream(file)
    const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })
    return Stream.fromAsyncIterable(lines, (cause) => cause)
  }).pipe(
    Stream.catch((cause) =>
      Stream.fromEffect(failed(`the file cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`))
    ),
    Stream.rechunk(1000)
  )

const run = Effect.fnUntraced(function*(file: string | undefined, isDryRun: boolean) {
  if (file !== undefined && !existsSync(file)) return yield* usage(`there is no file ${file}`)
  if (!isDryRun) yield* confirm(`import ${file ?? "stdin"} into the schema "${yield* Connection.schema}"`)
  yield* Connection.withStore(Effect.gen(function*() {
    const { counts, export: id, resumedAfter } = yield* Store.importLines(linesOf(file), {
      dryRun: isDryRun,
      onProgress: ({ lines }) => ProgressBar.count("lines", lines)
    })
    yield* ProgressBar.clear
    const { consumers, discards, events, keys } = counts
    yield* Output.fields({ export: id, events, keys, discards, consumers, resumedAfter, dryRun: isDryRun })
  }))
})

const abandon = Effect.gen(function*() {
  yield* confirm(`give up the import into the schema "${yield* Connection.schema}" and empty the store`)
  const isAbandoned = yield* Connection.withStore(Store.abandonImport)
  if (!isAbandoned) return yield* failed("the store is not in the middle of an import: nothing was changed")
  yield* Output.note("the import is given up, and the store is empty")
})

const flag = (name: string, description: string) =>
  Flag.Boolean(name).pipe(Flag.withoutNegation, Flag.withDescription(description), Flag.withDefault(false))

/** `refold import`. */
export const importStore = Command.make("import", {
  file: Argument.String("file").pipe(
    Argument.withDescription("An exported file; stdin by default"),
    Argument.optional
  ),
  dryRun: flag("dry-run", "Check the whole file, and store nothing"),
  abandon: flag("abandon", "Give up an import that has not ended, and empty the store")
}, ({ abandon: isAbandoned, dryRun, file }) =>
  isAbandoned
    ? dryRun || Option.isSome(file) ? usage("--abandon takes neither a file nor --dry-run") : abandon
    : run(Option.getOrUndefined(file), dryRun)).pipe(
    Command.withDescription(
      "Imports an exported file into an empty store. An interrupted import continues when it is repeated with the same file; until then the store refuses reads and appends. Needs the rights of the owner."
    ),
    Command.withShortDescription("Import an exported file"),
    Command.withExamples([
      { command: "refold import shop.ndjson --dry-run", description: "Is the file complete and valid?" },
      { command: "refold import shop.ndjson --yes", description: "Into the store of REFOLD_URL, which must be empty" },
      { command: "zstdcat shop.ndjson.zst | refold import --yes", description: "From stdin" }
    ])
  )
