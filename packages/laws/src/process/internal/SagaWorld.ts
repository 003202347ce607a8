/** Random sagas in a world that does what they say, or not, soon or late, and tells them of it once or twice. */
import * as EventCodec from "@refold/core/event/EventCodec"
import * as EventType from "@refold/core/event/EventType"
import * as Process from "@refold/core/process/Process"
import type { EventTrigger, Outcome } from "@refold/core/process/ProcessEvent"
import type * as Saga from "@refold/core/process/Saga"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Sample from "../../kit/internal/Sample.ts"
import * as ProcessRun from "./ProcessRun.ts"
import type { Move, Shape, Story } from "./SagaStory.ts"
import * as Schedule from "./Schedule.ts"

// Never stored.
const Begun = EventType.make("Begun", Schema.Struct({}))
const StepDone = EventType.make("StepDone", Schema.Struct({ step: Schema.Int }))
const StepFailed = EventType.make("StepFailed", Schema.Struct({ step: Schema.Int }))

/** What the sagas follow. */
export type Event = typeof Begun.Event | typeof StepDone.Event | typeof StepFailed.Event

/** What a saga is about: nothing. */
export type Data = Readonly<Record<string, never>>

const codec = EventCodec.makeUnsafe([Begun, StepDone, StepFailed])

/** How sagas are made. */
export type Make = (definition: Saga.Definition<Event, Data>) => Saga.Saga<Event, Data>

const nameOf = (step: number): string => `step ${step}`

/** The saga of a story. Its commands tell the world which step is to be done, or undone. */
const sagaOf = ({ attempts, steps: [first, ...rest] }: Story, make: Make): Saga.Saga<Event, Data> => {
  const stepOf = ({ isHeard, isTimed, isUndone }: Shape, step: number): Saga.Step<Event, Data> => ({
    name: nameOf(step),
    command: () => Process.send(Sample.aggregate, "1", { _tag: "Add", coins: step, notes: [] }),
    compensate: isUndone ? () => Process.send(Sample.aggregate, "1", { _tag: "Take", coins: step }) : undefined,
    timeout: isTimed ? "1 hour" : undefined,
    succeededOn: isHeard ? (event) => event._tag === "StepDone" && event.step === step : undefined,
    failedOn: isHeard ? (event) => event._tag === "StepFailed" && event.step === step : undefined
  })
  return make({
    name: "saga",
    events: codec,
    targets: [Sample.aggregate],
    start: (event) => event._tag === "Begun" ? Option.some({ id: "1", data: {} }) : Option.none(),
    correlate: () => Option.some("1"),
    // A story has at least one step.
    steps: [stepOf(first!, 0), ...rest.map((shape, index) => stepOf(shape, index + 1))],
    compensation: { attempts }
  })
}

/** What the world has done of a saga: which step it did or undid, in order. */
interface Deed {
  readonly step: number
  readonly isUndo: boolean
}

/** A saga's life and the world around it. */
export interface World {
  readonly story: Story
  readonly life: Schedule.Life<Event, Saga.SagaState<Data>>
  readonly deeds: ReadonlyArray<Deed>
  /** The outcome of the first command that waits, where it was handled. */
  readonly outcome: Outcome | undefined
  readonly onTheirWay: ReadonlyArray<Event>
}

/** A saga that has begun. */
export const begin = (story: Story, make: Make): World => ({
  story,
  life: happen(Schedule.start(sagaOf(story, make)), Begun.make({})),
  deeds: [],
  outcome: undefined,
  onTheirWay: []
})

const happen = (life: World["life"], event: Event): World["life"] =>
  Schedule.take(life, { _tag: "Happen", stream: "far-1", event, by: undefined })

/** What is pending for the saga. */
const pendingOf = ({ life: { run } }: World) => ProcessRun.instanceOf(run, "1").pending

/** The world after a move. */
export const move = (world: World, next: Move): World => {
  const { life, onTheirWay, outcome } = world
  switch (next._tag) {
    case "Handle":
      return handle(world, next)
    case "Answer": {
      const [command] = pendingOf(world).commands
      if (command === undefined || outcome === undefined) return world
      const { index, sentAt } = command
      const answered = Schedule.tell(life, "1", { _tag: "Answer", sentAt, index, outcome, at: life.run.now })
      return { ...world, life: answered, outcome: undefined }
    }
    case "Hear": {
      const event = Schedule.pick(onTheirWay, next.which)
      if (event === undefined) return world
      return { ...world, life: happen(life, event), onTheirWay: onTheirWay.filter((one) => one !== event) }
    }
    case "Again": {
      const trigger = Schedule.pick(eventsOf(life), next.which)
      return trigger === undefined
        ? world
        : { ...world, life: Schedule.tell(life, "1", { _tag: "Observe", trigger }) }
    }
    case "Pass":
      return { ...world, life: Schedule.take(life, { _tag: "Pass", hours: next.minutes / 60 }) }
    case "Resume":
      return { ...world, life: Schedule.take(life, { _tag: "Resume", which: 0 }) }
  }
}

const eventsOf = ({ streams }: World["life"]): ReadonlyArray<EventTrigger> =>
  Schedule.triggersOf(streams.get("1") ?? []).flatMap((trigger) => trigger._tag === "Event" ? [trigger] : [])

const handle = (world: World, { isDone, outcome }: Extract<Move, { readonly _tag: "Handle" }>): World => {
  const [pending] = pendingOf(world).commands
  if (pending === undefined || world.outcome !== undefined) return world
  const handled = { ...world, outcome: Schedule.outcomeOf(outcome) }
  if (outcome !== "Succeeded") return handled
  const command = Result.getOrThrow(Option.getOrThrow(Sample.aggregate.commands).decode(pending.command))
  const step = command._tag === "Seal" ? 0 : command.coins
  const isUndo = command._tag === "Take"
  const deeds = [...world.deeds, { step, isUndo }]
  if (isUndo || !world.story.steps[step]!.isHeard) return { ...handled, deeds }
  const event = isDone ? StepDone.make({ step }) : StepFailed.make({ step })
  return { ...handled, deeds: isDone ? deeds : world.deeds, onTheirWay: [...world.onTheirWay, event] }
}

/** The world at rest: nothing is pending or on its way. */
export const settle = (world: World): World => {
  let next = world
  for (let n = 0; n < 500; n++) {
    const { commands: [command], timeouts } = pendingOf(next)
    if (next.onTheirWay.length > 0) next = move(next, { _tag: "Hear", which: 0 })
    else if (next.outcome !== undefined) next = move(next, { _tag: "Answer" })
    else if (command !== undefined) {
      const { endsWell, fails } = world.story
      const succeeds = command.label.startsWith("undo") ? endsWell : command.label !== nameOf(fails)
      next = move(next, { _tag: "Handle", outcome: succeeds ? "Succeeded" : "Refused", isDone: true })
    } else if (timeouts.length > 0) next = move(next, { _tag: "Pass", minutes: 600 })
    else return next
  }
  throw new Error("it comes to no end")
}
