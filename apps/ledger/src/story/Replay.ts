/** Chapter: the state is a fold of the events, so reading them again from the first gives the same state. */
import { EventStore } from "@refold/store/log/EventStore"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Stream from "effect/Stream"
import * as Account from "../Account.ts"
import * as Accounts from "../Accounts.ts"
import type { Balance } from "../Amount.ts"
import { type Check, check } from "./Check.ts"

/** A fold, event by event. */
export interface Replay {
  readonly _tag: "Replay"
  readonly steps: ReadonlyArray<{ readonly version: number; readonly event: Account.Event; readonly balance: Balance }>
  readonly checks: ReadonlyArray<Check>
}

/** Folds the events of an account by hand and compares with what the store loads. */
export const tell = Effect.fnUntraced(function*(id: string) {
  const loaded = yield* Accounts.load(id)
  const stored = yield* Stream.runCollect((yield* EventStore).readStream(loaded.stream))
  let state = Account.decider.initialState
  const steps: Array<Replay["steps"][number]> = []
  for (const row of stored) {
    const event = yield* Effect.fromResult(Account.codec.decode(row))
    state = Account.evolve(state, event)
    steps.push({ version: row.version, event, balance: Account.balanceOf(state) })
  }
  const chapter: Replay = {
    _tag: "Replay",
    steps,
    checks: [check("replaying the events gives the state that the store loads", Equal.equals(state, loaded.state))]
  }
  return chapter
})
