/** The effects of a process's commands: those expected from its stream, and the events in the target streams. */
import type { EncodedEvent } from "@refold/core/event/EventCodec"
import type { Tagged } from "@refold/core/event/EventType"
import type { Json } from "@refold/core/event/Json"
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import type { Process } from "@refold/core/process/Process"
import type { ProcessEvent } from "@refold/core/process/ProcessEvent"
import * as ProcessInstances from "@refold/store/process/ProcessInstances"
import * as Effect from "effect/Effect"
import * as RunPrograms from "../../log/internal/RunPrograms.ts"

/** A command that was decided, and its outcome; undefined while it is pending. */
export interface Sent {
  readonly key: string
  readonly label: string
  readonly command: Json
  readonly outcome: string | undefined
}

/** The commands that an instance has decided, in order, from its own stream. */
const sentBy = (stream: string, events: ReadonlyArray<ProcessEvent>): ReadonlyArray<Sent> => {
  const outcomes = new Map<string, string>()
  const placeOf = (version: number, index: number) => `${stream}#${version}.${index}`
  for (const event of events) {
    if ("trigger" in event && event.trigger._tag === "Answered") {
      const { index, outcome, sentAt } = event.trigger
      outcomes.set(placeOf(sentAt, index), outcome._tag)
    }
  }
  return events.flatMap((event, at) =>
    event._tag !== "ProcessReacted" ? [] : event.decided.flatMap((decided, index): ReadonlyArray<Sent> => {
      if (decided._tag !== "Send") return []
      const place = placeOf(at + 1, index)
      const key = event.decision === undefined ? place : `${place}@${event.decision}`
      return [{ key, label: decided.label, command: decided.command, outcome: outcomes.get(place) }]
    })
  )
}

/** The commands that these instances have decided. */
export const sent = Effect.fnUntraced(
  function*<Event extends Tagged, State>(process: Process<Event, State>, instances: ReadonlyArray<string>) {
    const histories = yield* Effect.forEach(
      instances,
      (instance) => Effect.map(ProcessInstances.history(process, instance), (history) => ({ instance, history }))
    )
    return histories.flatMap(({ history, instance }) =>
      sentBy(`${process.name}-${instance}`, history.map(({ event }) => event))
    )
  }
)

/** The events in these categories that commands of processes led to, by the command's key. */
const caused = (categories: ReadonlyArray<string>) =>
  Effect.map(RunPrograms.readAll({ categories }), (events) => {
    const byKey = new Map<string, ReadonlyArray<RecordedEvent>>()
    for (const event of events) {
      const { causationId, process } = event.metadata
      if (typeof causationId !== "string" || typeof process !== "string") continue
      byKey.set(causationId, [...byKey.get(causationId) ?? [], event])
    }
    return byKey
  })

/** The events that each command led to, sorted by the command's key. */
export const stored = (categories: ReadonlyArray<string>) =>
  Effect.map(caused(categories), (byKey) => sorted([...byKey].map(([key, events]) => [key, events.map(contentOf)])))

/** The events that each command must lead to: none unless its outcome is a success. */
export const expected = (sent: ReadonlyArray<Sent>): ReadonlyArray<Effected> =>
  sorted(sent.flatMap(({ command, key, outcome }): ReadonlyArray<Effected> => {
    const events = outcome === "Succeeded" ? effectOf(command) : []
    return events.length === 0 ? [] : [[key, events]]
  }))

/** A command's key, and the events that it led to. */
export type Effected = readonly [key: string, events: ReadonlyArray<Content>]

type Content = Pick<EncodedEvent, "type" | "data">

const sorted = (effected: ReadonlyArray<Effected>): ReadonlyArray<Effected> =>
  effected.toSorted(([one], [other]) => one < other ? -1 : 1)

const contentOf = ({ data, type }: Content): Content => ({ type, data })

// The events of jars and transfers for the commands of the sample processes.
const effectOf = (command: Json): ReadonlyArray<Content> => {
  // Encoded commands of the samples are objects with a tag.
  const { _tag, ...data } = command as { readonly _tag: string; readonly coins?: number }
  switch (_tag) {
    case "Add":
      return data.coins === 0 ? [] : [{ type: "CoinsAdded", data }]
    case "Take":
      return [{ type: "CoinsTaken", data }]
    default:
      return [{ type: "TransferEnded", data }]
  }
}
