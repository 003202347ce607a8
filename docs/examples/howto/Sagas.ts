/** A saga that sells parcels, in several releases, with instances that run across them. */
import { Option, Result, Schema } from "effect"
import { Aggregate, Decider, EventCodec, EventType, Process, ProcessInstances, Saga } from "refold"

// #region events
const OfOrder = Schema.Struct({ order: Schema.String })
export const OrderPlaced = EventType.make("OrderPlaced", OfOrder)
export const PaymentReceived = EventType.make("PaymentReceived", OfOrder)
export const PaymentRefused = EventType.make("PaymentRefused", OfOrder)
const TaskDone = EventType.make("TaskDone", Schema.Struct({ task: Schema.String }))

const events = EventCodec.makeUnsafe([OrderPlaced, PaymentReceived, PaymentRefused])
type Event = EventCodec.EventOf<typeof events>
type Step = Saga.Step<Event, string>
// #endregion

/** The tasks of an order: every command is accepted. */
export const Tasks = Aggregate.makeUnsafe({
  category: "tasks",
  events: EventCodec.makeUnsafe([TaskDone]),
  commands: Schema.TaggedStruct("Do", { task: Schema.String }),
  decider: Decider.make<
    { readonly _tag: "Do"; readonly task: string },
    ReadonlyArray<string>,
    typeof TaskDone.Event,
    never
  >({
    initialState: [],
    decide: ({ task }) => Result.succeed([TaskDone.make({ task })]),
    evolve: (tasks, { task }) => [...tasks, task]
  })
})

const task = (name: string) => (order: string) => Process.send(Tasks, order, { _tag: "Do", task: name })

// #region early
const pay: Step = {
  name: "pay",
  command: task("ask for the payment"),
  succeededOn: ({ _tag }) => _tag === "PaymentReceived",
  failedOn: ({ _tag }) => _tag === "PaymentRefused",
  timeout: "14 days",
  compensate: task("cancel or repay the payment"),
  // After the timeout the payment may still be in progress.
  compensateOnTimeout: true
}

const selling = (steps: Saga.Definition<Event, string>["steps"]) =>
  Saga.makeUnsafe<Event, string>({
    name: "selling",
    events,
    targets: [Tasks],
    start: (event) =>
      event._tag === "OrderPlaced" ? Option.some({ id: event.order, data: event.order }) : Option.none(),
    // The bank's events may be stored before the order is.
    startOn: ["PaymentReceived", "PaymentRefused"],
    correlate: ({ order }) => Option.some(order),
    steps
  })
// #endregion

// #region before
export const firstRelease = selling([
  { name: "reserve", command: task("reserve"), compensate: task("release") },
  { name: "insure", command: task("insure"), compensate: task("end the insurance") },
  pay,
  { name: "ship", command: task("ship") }
])
// #endregion

// #region after
export const secondRelease = selling([
  // Renamed.
  { name: "hold", formerNames: ["reserve"], command: task("hold"), compensate: task("release") },
  // No longer begun, and compensated where it was done.
  { name: "insure", retired: true, command: task("insure"), compensate: task("end the insurance") },
  pay,
  // Added.
  { name: "wrap", command: task("wrap") },
  { name: "ship", command: task("ship") }
])
// #endregion

// #region removed
/** The step "insure" is gone. */
export const thirdRelease = selling([
  { name: "hold", formerNames: ["reserve"], command: task("hold"), compensate: task("release") },
  pay,
  { name: "ship", command: task("ship") }
])
// #endregion

// #region resume
/** Sagas that wait for an operator, because a compensation failed or is not in the definition any more. */
export const stuck = ProcessInstances.query(thirdRelease, { index: "phase", where: { phase: "CompensationFailed" } })

/** Continues without a compensation that the definition does not have, or retries one that failed. */
export const resume = (order: string, reason: string) => ProcessInstances.resume(thirdRelease, order, reason)
// #endregion
