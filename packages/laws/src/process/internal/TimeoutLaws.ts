/** What every store promises of timeouts: each fires once, when it is due, unless it was cancelled or replaced before. */
import * as CommandHandler from "@refold/store/decide/CommandHandler"
import * as State from "@refold/store/decide/State"
import type { Services } from "@refold/store/process/ProcessRunner"
import * as Effect from "effect/Effect"
import * as Fresh from "../../kit/internal/Fresh.ts"
import { later } from "../../kit/internal/LaterClock.ts"
import * as Sample from "../../kit/internal/Sample.ts"
import * as Law from "../../kit/Law.ts"
import { numberOfJars, numbers } from "./CoinSteps.ts"
import * as Kill from "./Kill.ts"
import * as Timeouts from "./Timeouts.ts"

const worldOf = ({ alarms, catchUp, handlerOf }: Timeouts.Kit, fresh: Fresh.Fresh) => {
  const jars = { ...Sample.aggregate, category: fresh.text(`jar${Fresh.placeholder}`) }
  const bells = { ...Sample.aggregate, category: fresh.text(`bell${Fresh.placeholder}`) }
  const process = alarms(fresh.text(`alarms ${Fresh.placeholder}`), { jars, bells })
  return { jars, bells, run: catchUp(process, { handlers: [handlerOf(bells)] }) }
}

/** Runners come later and later, so that what is due is known beforehand. The half of an hour is for slow machines. */
export const timeoutsFireOnce = (kit: Timeouts.Kit = Timeouts.sound) =>
  Law.make<ReadonlyArray<Timeouts.Step>, Services>(
    "a timeout fires once, not before it is due, and never once it is cancelled or replaced",
    (steps) =>
      Effect.gen(function*() {
        const { bells, jars, run } = worldOf(kit, yield* Fresh.make)
        let hours = 0.5
        for (const step of steps) {
          if (step._tag === "Run") {
            hours += step.hours
            yield* runAll(later({ hours })(run), step)
          } else yield* CommandHandler.make(jars)(String(step.jar), step.command)
        }
        const rung = yield* Effect.forEach(
          numbers(numberOfJars),
          (jar) => Effect.map(State.load(bells, String(jar)), ({ state }) => state.notes)
        )
        return {
          left: rung,
          right: rung.map((_, jar) => numbers(Timeouts.ringsOf(steps, jar)).map((n) => `ring ${n + 1}`))
        }
      })
  )

const runAll = (run: Effect.Effect<void, unknown, Services>, { death, runners }: Timeouts.Run) => {
  const [first = run, ...others] = numbers(runners).map(() => run)
  const mortal = death === undefined ? first : Kill.during(death, first)
  // Whoever was killed is started again.
  return Effect.andThen(Effect.all([mortal, ...others], { concurrency: "unbounded" }), run)
}
