/** `refold rebuild`: builds the rows of a projection again, beside the live ones, and shows its progress. */
import * as Rebuild from "@refold/store/project/Rebuild"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as Definitions from "../config/Definitions.ts"
import * as Connection from "../connect/Connection.ts"
import { confirm } from "../frame/Confirm.ts"
import * as Output from "../frame/Output.ts"
import * as ProgressBar from "../frame/ProgressBar.ts"
import { safe } from "../frame/Safe.ts"

const recordOf = (projection: string, { done, isLive, left, rate, total }: Rebuild.Progress) => ({
  projection,
  done,
  total,
  rate: Math.round(rate),
  secondsLeft: Option.match(left, { onNone: () => null, onSome: (time) => Math.round(Duration.toSeconds(time)) }),
  isLive
})

const run = Effect.fnUntraced(function*(projection: string) {
  const runnable = yield* Definitions.projection(projection)
  yield* confirm(`rebuild the projection "${projection}", beside its live rows`)
  yield* Connection.withCode(
    Effect.gen(function*() {
      const asTable = yield* Output.isTable
      yield* Stream.runForEach(Rebuild.rebuild(runnable), (progress) => {
        const record = recordOf(projection, progress)
        return asTable ? ProgressBar.draw(record) : Output.lines([Output.stringify(record)])
      })
      if (asTable) yield* Output.lines([`${safe(projection)} is rebuilt and live`])
    }).pipe(Effect.onInterrupt(() =>
      Output.note(
        "stopped: the live rows are as they were; a program that runs the projection, or this command, continues from here"
      )
    ))
  )
})

export const command = Command.make("rebuild", {
  projection: Argument.String("projection").pipe(Argument.withDescription("The name of a projection of the config"))
}, ({ projection }) => run(projection)).pipe(
  Command.withDescription(
    "Builds the rows of a projection again, beside the live ones, which it replaces at the end. Can be stopped and repeated at any time."
  ),
  Command.withShortDescription("Build the rows of a projection again"),
  Command.withExamples([{ command: "refold rebuild balances", description: "With a bar, on a terminal" }])
)
