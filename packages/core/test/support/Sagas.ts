// A saga of four steps, and instances of it that tests move on step by step.
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import type { MessageBody } from "../../src/process/internal/ProcessMessage.ts"
import * as Process from "../../src/process/Process.ts"
import type { Decided, Outcome } from "../../src/process/ProcessEvent.ts"
import * as Saga from "../../src/process/Saga.ts"
import { at } from "./Sample.ts"
import { answer, type Event, events, handled, jar, observe, Requested, reread, take } from "./Transfers.ts"

/** The data of the saga. */
export interface Data {
  readonly coins: number
}
/** The definition of such a saga. */
export type Definition = Saga.Definition<Event, Data>

/** Adds the coins of the saga to a jar. */
export const add = (jarId: string) => ({ coins }: Data) => Process.send(jar, jarId, { _tag: "Add", coins })

/** "one" is completed by an event, "two" by its command, "three" too, but it has no compensation. */
export const definition: Definition = {
  name: "saga",
  events,
  targets: [jar],
  start: (event) =>
    event._tag === "Requested" ? Option.some({ id: event.transfer, data: { coins: event.coins } }) : Option.none(),
  correlate: ({ transfer }) => Option.some(transfer),
  steps: [
    {
      name: "one",
      command: add("one"),
      succeededOn: ({ _tag, transfer }) => _tag === "Taken" && transfer === "1",
      failedOn: ({ _tag }) => _tag === "Requested",
      timeout: "1 hour",
      compensate: add("undo-one")
    },
    { name: "two", command: add("two"), timeout: "2 hours", compensate: add("undo-two") },
    { name: "three", command: add("three") },
    { name: "four", command: add("four"), timeout: "1 hour", compensate: add("undo-four") }
  ],
  onSuccess: ({ coins }) => [Process.send(jar, "well", { _tag: "Add", coins })],
  onFailure: ({ coins }, note) => [Process.send(jar, "badly", { _tag: "Take", coins, note })],
  compensation: { attempts: 3, backoff: "10 seconds" }
}
/** The saga. */
export const saga = Saga.makeUnsafe(definition)
/** Such a saga. */
export type Known = Saga.Saga<Event, Data>

/** The event that starts it. */
export const begin = observe(1, Requested.make({ transfer: "1", coins: 5 }))
/** The event that completes step "one". */
export const taken = take(2)
const refused: Outcome = { _tag: "Refused", refusal: "no" }
const failed: Outcome = { _tag: "Failed", reason: "it died" }

const textOf = (decided: Decided): string => {
  switch (decided._tag) {
    case "Send":
      return `send ${decided.label} to ${decided.id}`
    case "Schedule":
      return `schedule ${decided.name} at ${Duration.format(Duration.millis(decided.due.epochMilliseconds))}`
    case "Cancel":
      return `cancel ${decided.name}`
    case "Complete":
      return "complete"
  }
}

// Identifies commands and timeouts by labels and names, not by places: `ok one` is the answer to the command of step "one".
const step = (
  process: Known,
  before: ReturnType<typeof handled<Event, Saga.SagaState<Data>>>,
  what: string | MessageBody
) => {
  const message = typeof what === "string" ? messageOf(before.pending, what) : what
  const after = reread(process, before.events, message)
  if (after.pending.parked !== null) throw new Error(after.pending.parked.reason)
  const done = after.events.slice(before.events.length)
  return { after, decided: done.flatMap((event) => event._tag === "ProcessReacted" ? event.decided.map(textOf) : []) }
}

const outcomes: Readonly<Record<string, Outcome>> = { ok: { _tag: "Succeeded" }, refused, failed }

const messageOf = ({ commands, timeouts }: ReturnType<typeof handled>["pending"], what: string): MessageBody => {
  const [verb, ...rest] = what.split(" ")
  const name = rest.join(" ")
  if (verb === "late") {
    const { scheduledAt } = timeouts.find((timeout) => timeout.name === name)!
    return { _tag: "TimeOut", name, scheduledAt }
  }
  const { index, sentAt } = commands.find(({ label }) => label === name)!
  return answer(sentAt, index, outcomes[verb!], at(0))
}

/** An input: a message, or the outcome of a command or a timeout: `ok one`, `refused one`, `failed one`, `late one`. */
export type Input = string | MessageBody

/** The phase after the start and all these inputs, and the decisions of the last one. */
export const play = (process: Known, ...inputs: ReadonlyArray<Input>) =>
  playOn(process, handled(process, begin), ...inputs)

/** As `play`, starting from this instance: if another saga played it, this one is a later deployment. */
export const playOn = (
  process: Known,
  from: ReturnType<typeof handled<Event, Saga.SagaState<Data>>>,
  ...inputs: ReadonlyArray<Input>
) => {
  let last = { after: reread(process, from.events), decided: [] as ReadonlyArray<string> }
  for (const one of inputs) last = step(process, last.after, one)
  return { ...last, phase: last.after.pending.phase }
}
