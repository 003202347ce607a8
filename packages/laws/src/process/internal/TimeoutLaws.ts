/** The laws of timeouts on every store: each fires once when it is due, unless it is cancelled or replaced before. */
import * as CommandHandler from "@refold/store/decide/CommandHandler"
import * as State from "@refold/store/decide/State"
import type { Services } from "@refold/store/process/ProcessRunner"
import * as Effect from "effect/Effect"
import * as FreshNames from "../../kit/internal/FreshNames.ts"
import * as Sample from "../../kit/internal/Sample.ts"
import * as SkewedClock from "../../kit/internal/SkewedClock.ts"
import * as Law from "../../kit/Law.ts"
import * as AlarmScript from "./AlarmScript.ts"
import * as CrashPoint from "./CrashPoint.ts"
import { numberOfJars, numbers } from "./TransferScript.ts"

const setUp = ({ alarms, catchUp, handlerOf }: AlarmScript.AlarmImplementation, fresh: FreshNames.FreshNames) => {
  const jars = { ...Sample.aggregate, category: fresh.text(`jar${FreshNames.placeholder}`) }
  const bells = { ...Sample.aggregate, category: fresh.text(`bell${FreshNames.placeholder}`) }
  const process = alarms(fresh.text(`alarms ${FreshNames.placeholder}`), { jars, bells })
  return { jars, bells, run: catchUp(process, { handlers: [handlerOf(bells)] }) }
}

/** The clock of each run is ahead by the hours so far, and by half an hour more to allow for the time that runs take. */
export const timeoutsFireOnce = (implementation: AlarmScript.AlarmImplementation = AlarmScript.standard) =>
  Law.make<ReadonlyArray<AlarmScript.Step>, Services>(
    "a timeout fires once when it is due, and does not fire after it is cancelled or replaced",
    (steps) =>
      Effect.gen(function*() {
        const { bells, jars, run } = setUp(implementation, yield* FreshNames.make)
        let hours = 0.5
        for (const step of steps) {
          if (step._tag === "Run") {
            hours += step.hours
            yield* runAll(SkewedClock.ahead({ hours })(run), step)
          } else yield* CommandHandler.make(jars)(String(step.jar), step.command)
        }
        const rung = yield* Effect.forEach(
          numbers(numberOfJars),
          (jar) => Effect.map(State.load(bells, String(jar)), ({ state }) => state.notes)
        )
        return {
          left: rung,
          right: rung.map((_, jar) => numbers(AlarmScript.expectedRings(steps, jar)).map((n) => `ring ${n + 1}`))
        }
      })
  )

const runAll = (run: Effect.Effect<void, unknown, Services>, { crash, runners }: AlarmScript.Run) => {
  const [first = run, ...others] = numbers(runners).map(() => run)
  const crashing = crash === undefined ? first : CrashPoint.during(crash, first)
  // A crashed runner is restarted.
  return Effect.andThen(Effect.all([crashing, ...others], { concurrency: "unbounded" }), run)
}
