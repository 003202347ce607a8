/** `refold process`: the instances of a process, and the operations on those that are stopped or parked. */
import type { Tagged } from "@refold/core/event/EventType"
import * as ProcessInstances from "@refold/store/process/ProcessInstances"
import * as Chunk from "effect/Chunk"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as Definitions from "../config/Definitions.ts"
import * as Connection from "../connect/Connection.ts"
import { failed, usage } from "../frame/CliFailure.ts"
import { confirm } from "../frame/Confirm.ts"
import * as Output from "../frame/Output.ts"
import * as ProcessShape from "./ProcessShape.ts"

const processArgument = Argument.String("process").pipe(Argument.withDescription("The name of a process of the config"))
const instanceArgument = Argument.String("instance").pipe(Argument.withDescription("The id of an instance"))
const reasonFlag = Flag.String("reason").pipe(Flag.withDescription("Why; it is stored in the stream of the instance"))

type Process = Effect.Success<ReturnType<typeof Definitions.process>>

const pages = (process: Process, query: Parameters<typeof ProcessInstances.query<Tagged, unknown>>[1]) =>
  Stream.paginate(Option.none<string>(), (after: Option.Option<string>) =>
    Effect.map(
      ProcessInstances.query(process, { ...query, ...Option.isSome(after) && { after: after.value as never } }),
      ({ next, rows }) => [rows.map(({ state }) => state), Option.map(next, Option.some)] as const
    ))

const list = Command.make("list", {
  process: processArgument,
  status: Flag.Literals("status", ["Running", "Parked", "Completed"]).pipe(
    Flag.withDescription("Only instances with this status"),
    Flag.optional
  ),
  phase: Flag.String("phase").pipe(Flag.withDescription("Only instances in this phase"), Flag.optional)
}, ({ phase, process: name, status }) =>
  Effect.gen(function*() {
    if (Option.isSome(phase) && Option.isSome(status)) return yield* usage("give either --status or --phase, not both")
    const process = yield* Definitions.process(name)
    const query = Option.isSome(status)
      ? { index: "status" as const, where: { status: status.value } }
      : Option.isSome(phase)
      ? { index: "phase" as const, where: { phase: phase.value } }
      : {}
    yield* Connection.withCode(Effect.gen(function*() {
      const count = yield* Output.each(ProcessShape.row, pages(process, query))
      if (count === 0) yield* Output.remark("no such instances")
    }))
  })).pipe(
    Command.withDescription("The instances of a process, by their status or phase."),
    Command.withShortDescription("List the instances of a process"),
    Command.withExamples([
      { command: "refold process list transfers --status Parked", description: "Which instances wait for a fix?" },
      {
        command: "refold process list transfers --phase CompensationFailed",
        description: "Sagas that need an operator"
      }
    ])
  )

const print = (instance: string, loaded: Parameters<typeof ProcessShape.recordOf>[1]) =>
  Output.fields(ProcessShape.recordOf(instance, loaded))

const show = Command.make(
  "show",
  { process: processArgument, instance: instanceArgument },
  ({ instance, process: name }) =>
    Effect.gen(function*() {
      const process = yield* Definitions.process(name)
      yield* Connection.withCode(Effect.gen(function*() {
        const loaded = yield* ProcessInstances.get(process, instance)
        if (loaded.version === 0) return yield* failed(`the process ${name} has no instance ${instance}`)
        yield* print(instance, loaded)
      }))
    })
).pipe(
  Command.withDescription("An instance: its state, its pending commands and timeouts, and the triggers that wait."),
  Command.withShortDescription("Show an instance"),
  Command.withExamples([{ command: "refold process show transfers t-17", description: "What does it wait for?" }])
)

// Shared by the three commands of operators on the whole instance.
const change = (
  { instance, process: name }: { readonly instance: string; readonly process: string },
  verb: string,
  send: (process: Process) => ProcessInstances.OperatorResult<unknown>
) =>
  Effect.gen(function*() {
    const process = yield* Definitions.process(name)
    yield* confirm(`${verb} the instance ${instance} of ${name}`)
    yield* Connection.withCode(Effect.flatMap(send(process), (loaded) => print(instance, loaded)))
  })

const resume = Command.make(
  "resume",
  { process: processArgument, instance: instanceArgument, reason: reasonFlag },
  (input) => change(input, "resume", (process) => ProcessInstances.resume(process, input.instance, input.reason))
).pipe(
  Command.withDescription(
    "Lets a saga whose compensation failed try again, and a process react to the signal Resumed."
  ),
  Command.withShortDescription("Continue a stopped instance"),
  Command.withExamples([
    {
      command: "refold process resume transfers t-17 --reason \"the bank answers again\"",
      description: "A saga at CompensationFailed"
    }
  ])
)

const retry = Command.make(
  "retry",
  { process: processArgument, instance: instanceArgument },
  (input) => change(input, "retry", (process) => ProcessInstances.retry(process, input.instance))
).pipe(
  Command.withDescription("Lets a parked instance react again to the triggers that wait, with the code of the config."),
  Command.withShortDescription("Let a parked instance react again"),
  Command.withExamples([{ command: "refold process retry transfers t-17", description: "After a fix of the code" }])
)

const discard = Command.make(
  "discard",
  { process: processArgument, instance: instanceArgument, reason: reasonFlag },
  (input) =>
    change(
      input,
      "discard the first waiting trigger of",
      (process) => ProcessInstances.discard(process, input.instance, input.reason)
    )
).pipe(
  Command.withDescription(
    "Discards the first trigger that waits in a parked instance, permanently, and retries the later ones."
  ),
  Command.withShortDescription("Discard the trigger that failed"),
  Command.withExamples([
    {
      command: "refold process discard transfers t-17 --reason \"sent by a test\"",
      description: "Where the event is wrong, and not the code"
    }
  ])
)

const giveUp = Command.make("give-up", {
  process: processArgument,
  instance: instanceArgument,
  command: Argument.String("command").pipe(
    Argument.withDescription("The key of a pending command, as process show prints it")
  ),
  reason: reasonFlag
}, (input) =>
  change(input, `give up the command ${input.command} of`, (process) =>
    Effect.gen(function*() {
      const { state: { pending } } = yield* ProcessInstances.get(process, input.instance)
      const found = Chunk.toReadonlyArray(pending.commands).find(({ index, sentAt }) =>
        `${sentAt}.${index}` === input.command
      )
      if (found === undefined)
        return yield* Effect.fail({ _tag: "CommandNotPending", instance: input.instance } as const)
      return yield* ProcessInstances.giveUp(process, input.instance, found, input.reason)
    }))).pipe(
    Command.withDescription(
      "Gives up a pending command, such as one whose target was removed: it is not sent any more, and the process gets the signal of a failure."
    ),
    Command.withShortDescription("Give up a pending command"),
    Command.withExamples([
      {
        command: "refold process give-up transfers t-17 4.0 --reason \"the account was closed\"",
        description: "The first command of the fourth event"
      }
    ])
  )

/** `refold process`. */
export const command = Command.make("process").pipe(
  Command.withDescription("The instances of a process, and the operations on those that are stopped or parked."),
  Command.withShortDescription("Instances of a process"),
  Command.withExamples([{ command: "refold process list transfers", description: "All instances" }]),
  Command.withSubcommands([list, show, resume, retry, discard, giveUp])
)
