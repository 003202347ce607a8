/** Transfers that wait for an approval after their first step. An approval is a coin in a jar, with a note. */
import * as Process from "@refold/core/process/Process"
import * as Option from "effect/Option"
import * as fc from "fast-check"
import type * as Sample from "../../kit/internal/Sample.ts"
import type * as Transfers from "./Transfers.ts"

/** When a transfer is approved: before it is requested, before the outcome of its first step is recorded, or after that. */
export type ApprovedAt = "BeforeRequest" | "BeforeOutcome" | "AfterOutcome"

/** Transfers that are approved at any time. */
export const arbitrary: fc.Arbitrary<ReadonlyArray<ApprovedAt>> = fc.array(
  fc.constantFrom("BeforeRequest", "BeforeOutcome", "AfterOutcome"),
  { minLength: 1, maxLength: 4 }
)

const noteOf = (id: string): string => `approved ${id}`

/** The command that approves a transfer. */
export const approval = (id: string): Sample.Command => ({ _tag: "Add", coins: 1, notes: [noteOf(id)] })

/** The saga: it takes the coins, waits for the approval, and puts the coins back if it does not come. */
export const options = (
  { jars, transfers }: { readonly jars: typeof Sample.aggregate; readonly transfers: typeof Transfers.aggregate }
): Transfers.Options => ({
  jars,
  transfers,
  startOn: ["CoinsAdded"],
  correlate: (event) => {
    const [note = ""] = event._tag === "CoinsAdded" ? event.notes : []
    return note.startsWith(noteOf("")) ? Option.some(note.slice(noteOf("").length)) : Option.none()
  },
  steps: [
    {
      name: "take",
      command: ({ coins, id }) => Process.send(jars, id, { _tag: "Take", coins }),
      compensate: ({ coins, id }) => Process.send(jars, id, { _tag: "Add", coins, notes: [] })
    },
    {
      name: "approve",
      command: ({ id }) => Process.send(jars, id, { _tag: "Add", coins: 0, notes: ["please"] }),
      succeededOn: (event, { id }) => event._tag === "CoinsAdded" && event.notes.includes(noteOf(id)),
      timeout: "1 day"
    }
  ]
})
