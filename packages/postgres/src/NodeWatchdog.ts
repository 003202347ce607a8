/** A watchdog that interrupts functions which do not end, as Node.js alone can. */
import { InvalidInput } from "@refold/core/event/InvalidInput"
import { Watchdog } from "@refold/store/internal/decide/Watchdog"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { createContext, Script } from "node:vm"

/**
 * Interrupts `decide`, `evolve` and what a process reacts with where they take longer than so long; they then fail with a
 * `DeciderFault`, and nothing is stored. Costs a tenth of a millisecond a call. Fails with `InvalidInput` where the time is
 * not a whole number of milliseconds from 1.
 */
export const layer = (patience: Duration.Input = "1 second"): Layer.Layer<never, InvalidInput> =>
  Layer.effect(
    Watchdog,
    Effect.suspend(() => {
      const timeout = Duration.toMillis(Duration.fromInputUnsafe(patience))
      return Number.isSafeInteger(timeout) && timeout >= 1
        ? Effect.succeed(make(timeout))
        : new InvalidInput({ field: "patience", rule: "must be a whole number of milliseconds from 1" })
    })
  )

const make = (timeout: number): Watchdog => {
  // Node.js watches over scripts only, so one calls the function.
  const script = new Script("run()")
  const context = createContext({ run: () => undefined as unknown })
  return {
    run: (run) => {
      const before = context["run"]
      context["run"] = run
      try {
        // What the function gives.
        return script.runInContext(context, { timeout }) as ReturnType<typeof run>
      } finally {
        context["run"] = before
      }
    }
  }
}
