/** Two releases of a service that takes payments of bills: the second has a new version of an event, and a new event type. */
import { Effect, Option, Schema } from "effect"
import {
  Aggregate,
  CommandHandler,
  Decider,
  EventCodec,
  EventType,
  Parked,
  Process,
  ProcessHandler,
  ProcessRunner,
  Projection,
  ProjectionStatus,
  Projector,
  StreamName
} from "refold"

// #region events
// The storage format: names and schemas stay as they are, changes are new versions.
const PaidOnly = EventType.make("Paid", Schema.Struct({ cents: Schema.Int }))

/** Release 2 adds the payer. */
const Paid = PaidOnly.pipe(EventType.upcast(
  Schema.Struct({ cents: Schema.Int, by: Schema.String }),
  ({ cents }) => ({ cents, by: "unknown" })
))

/** Release 2: a payment went back to the payer. */
const Refunded = EventType.make("Refunded", Schema.Struct({ cents: Schema.Int }))
// #endregion

const Sent = EventType.make("Sent", Schema.Struct({ text: Schema.String }))
const Send = Schema.TaggedStruct("Send", { text: Schema.String })

/** Letters to a payer; its state is their number. */
const Letters = Aggregate.makeUnsafe({
  category: "letters",
  events: EventCodec.makeUnsafe([Sent]),
  commands: Send,
  decider: Decider.make<typeof Send.Type, number, typeof Sent.Event, never>({
    initialState: 0,
    decide: ({ text }) => Decider.accept(Sent.make({ text })),
    evolve: (count) => count + 1
  })
})

interface Payment {
  readonly _tag: "Paid"
  readonly cents: number
}

// #region projection
/** Both releases: the rows are the same, so the version stays. It leaves out what it does not read. */
const sumsOf = <Event extends Payment>(events: EventCodec.EventCodec<Event>) =>
  Projection.makeUnsafe({
    name: "sums",
    version: 1,
    events,
    categories: ["bill"],
    keys: Projection.byStream,
    state: Schema.Struct({ cents: Schema.Int }),
    initialState: { cents: 0 },
    evolve: ({ cents }, event) => ({ cents: cents + event.cents })
  })
// #endregion

// #region process
/** Both releases: a letter for each event that it observes. Release 2 observes refunds, too, from the first one on. */
const thankingOf = <Event extends Payment | typeof Refunded.Event>(events: EventCodec.EventCodec<Event>) =>
  Process.makeUnsafe<Event, null>({
    name: "thanking",
    events,
    categories: ["bill"],
    targets: [Letters],
    correlate: (_, { stream, version }) => Option.some(`${StreamName.id(stream)}-${version}`),
    initialState: null,
    evolve: () => null,
    react: (_, input, { instance }) =>
      input._tag === "Paid" || input._tag === "Refunded"
        ? [Process.send(Letters, instance, { _tag: "Send", text: input._tag }), Process.complete]
        : []
  })
// #endregion

const first = EventCodec.makeUnsafe([PaidOnly])
const payments = EventCodec.makeUnsafe([Paid])
const second = EventCodec.makeUnsafe([Paid, Refunded])

const billOf = <Event extends Payment | typeof Refunded.Event>(
  events: EventCodec.EventCodec<Event>,
  pay: (cents: number) => Event
) =>
  Aggregate.makeUnsafe({
    category: "bill",
    events,
    decider: Decider.make<number, number, Event, never>({
      initialState: 0,
      decide: (cents) => Decider.accept(pay(cents)),
      evolve: (sum, event) => event._tag === "Paid" ? sum + event.cents : sum - event.cents
    })
  })

/** The handlers of the process's commands. */
export const handlers = [ProcessHandler.of(Letters)]

// #region worker
/** The worker of a release. `isReady` is for its readiness check. */
const workerOf = <Event extends Payment, Observed extends Payment | typeof Refunded.Event>(
  sums: ReturnType<typeof sumsOf<Event>>,
  thanking: ReturnType<typeof thankingOf<Observed>>
) =>
  Effect.gen(function*() {
    const { outdated } = yield* Projector.start(sums, { retryNewer: "1 second" })
    // Code that lacks an event type of the process is refused. The rest of the worker continues.
    const process = yield* Effect.result(ProcessRunner.start(thanking, { handlers }))
    return { isReady: Effect.map(outdated, Option.isNone), process }
  })
// #endregion

const releaseOf = <Event extends Payment, Observed extends Payment | typeof Refunded.Event>(
  sums: ReturnType<typeof sumsOf<Event>>,
  thanking: ReturnType<typeof thankingOf<Observed>>,
  pay: (cents: number) => Observed
) => ({
  sums,
  thanking,
  worker: workerOf(sums, thanking),
  pay: CommandHandler.make(billOf(thanking.events, pay))
})

/** The parts of each release. */
export const releases = {
  1: releaseOf(sumsOf(first), thankingOf(first), (cents) => PaidOnly.make({ cents })),
  2: releaseOf(
    sumsOf(payments),
    thankingOf(second),
    (cents) => cents < 0 ? Refunded.make({ cents: -cents }) : Paid.make({ cents, by: "Ada" })
  )
} as const

// #region park
/** For an operator: release 1 continues without the stream of the event at which it waits. Release 2 retries the stream. */
export const parkStream = (stream: StreamName.StreamName) => Parked.park(releases[1].sums, stream)
// #endregion

// #region discard
/**
 * For an operator: the projection or the process waits before an event in a version that no release writes. Discards the event,
 * now and in every rebuild. Run it again if there is another such event.
 */
export const leaveOut = Effect.fnUntraced(function*(reason: string) {
  for (const waiting of [releases[2].sums, ProcessRunner.observer(releases[2].thanking)]) {
    const current = ProjectionStatus.current(yield* ProjectionStatus.of(waiting))
    for (const { stream } of Option.toArray(Option.flatMap(current, ({ newer }) => newer))) {
      yield* Parked.park(waiting, stream)
      yield* Parked.discard(waiting, stream, reason)
    }
  }
})
// #endregion
