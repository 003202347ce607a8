/** The law of early events on every store: a saga uses an event that another program stores before the saga waits for it. */
import * as CommandHandler from "@refold/store/decide/CommandHandler"
import * as State from "@refold/store/decide/State"
import { Causation } from "@refold/store/log/Causation"
import * as ProcessRunner from "@refold/store/process/ProcessRunner"
import * as Projector from "@refold/store/project/Projector"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FreshNames from "../../kit/internal/FreshNames.ts"
import * as Sample from "../../kit/internal/Sample.ts"
import * as SkewedClock from "../../kit/internal/SkewedClock.ts"
import * as Law from "../../kit/Law.ts"
import * as ApprovedTransfers from "./ApprovedTransfers.ts"
import * as TransferRun from "./TransferRun.ts"
import * as Transfers from "./Transfers.ts"

/** Each saga runs until no timeout is left: one that misses its approval compensates. */
export const earlyEventsCount = (implementation: TransferRun.Implementation = TransferRun.standard) =>
  Law.make<ReadonlyArray<ApprovedTransfers.ApprovedAt>, ProcessRunner.Services>(
    "a saga that is answered before it waits for the answer succeeds",
    (approvals) =>
      Effect.gen(function*() {
        const run = setUp(implementation, yield* FreshNames.make)
        for (const [id, at] of approvals.entries()) {
          if (at === "BeforeRequest") yield* run.approve(String(id))
          yield* CommandHandler.make(run.transfers)(String(id), { _tag: "Request", from: "a", to: "b", coins: 0 })
        }
        yield* run.catchUp((id) => approvals[Number(id)] === "BeforeOutcome")
        for (const [id, at] of approvals.entries()) if (at === "AfterOutcome") yield* run.approve(String(id))
        yield* run.catchUp(() => false)
        yield* SkewedClock.ahead({ hours: 48 })(run.catchUp(() => false))
        const ends = yield* Effect.forEach(
          approvals,
          (_, id) => Effect.map(State.load(run.transfers, String(id)), ({ state }) => state)
        )
        return { left: ends, right: approvals.map((): Transfers.State => "Done") }
      })
  )

const setUp = (implementation: TransferRun.Implementation, fresh: FreshNames.FreshNames) => {
  const jars = { ...Sample.aggregate, category: fresh.text(`jar${FreshNames.placeholder}`) }
  const transfers = { ...Transfers.aggregate, category: fresh.text(`transfer${FreshNames.placeholder}`) }
  const saga = implementation.transfers(
    fresh.text(`approved ${FreshNames.placeholder}`),
    ApprovedTransfers.options({ jars, transfers })
  )
  const approve = (id: string) => CommandHandler.make(jars)(`approval ${id}`, ApprovedTransfers.approval(id))
  // Another program answers, and the saga observes the answer, before the runner gets the outcome of the command.
  const answering = (isAnswered: (id: string) => boolean, services: Context.Context<ProcessRunner.Services>) => {
    const handler = implementation.handlerOf(jars)
    const observe = Effect.provideContext(Projector.catchUp(ProcessRunner.observer(saga)), services)
    const handle: typeof handler.handle = (command, options) =>
      Effect.tap(handler.handle(command, options), () =>
        command.label === "take" && isAnswered(command.id)
          // The answer is not caused by the command.
          ? Effect.orDie(Effect.provideService(Effect.andThen(approve(command.id), observe), Causation, {}))
          : Effect.void)
    return { ...handler, handle }
  }
  const catchUp = Effect.fnUntraced(function*(isAnswered: (id: string) => boolean) {
    const handler = answering(isAnswered, yield* Effect.context<ProcessRunner.Services>())
    yield* implementation.catchUp(saga, { handlers: [handler, implementation.handlerOf(transfers)] })
  })
  return { transfers, approve, catchUp }
}
