// Old and new code over the same rows: code that is too old for an event, and other definitions under the same name.
import * as EventCodec from "@refold/core/event/EventCodec"
import * as EventType from "@refold/core/event/EventType"
import * as AsOf from "@refold/core/journal/AsOf"
import * as Projection from "@refold/core/project/Projection"
import * as CommandHandler from "@refold/store/decide/CommandHandler"
import * as State from "@refold/store/decide/State"
import * as Together from "@refold/store/decide/Together"
import * as Parked from "@refold/store/project/Parked"
import * as PastRows from "@refold/store/project/PastRows"
import * as ProjectionStatus from "@refold/store/project/ProjectionStatus"
import * as Projector from "@refold/store/project/Projector"
import * as ReadModel from "@refold/store/project/ReadModel"
import * as ReadModelCache from "@refold/store/project/ReadModelCache"
import * as Rebuild from "@refold/store/project/Rebuild"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Logger from "effect/Logger"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { describe, expect, it } from "vitest"
import * as Account from "../support/Account.ts"
import { run, runAtZero } from "../support/Account.ts"
import { balances, changed, deposit, hasty, inline, pass, seen, total } from "../support/Balances.ts"

const Fields = Schema.Struct({ amount: Schema.Finite, by: Schema.String })
const Deposited = EventType.make("Deposited", Schema.Struct({ amount: Schema.Finite })).pipe(
  EventType.upcast(Fields, (fields) => ({ ...fields, by: "" }))
)
const Withdrawn = EventType.make("Withdrawn", Schema.Struct({ amount: Schema.Finite }))
const newerCodec = EventCodec.makeUnsafe([Deposited, Withdrawn])

// The events of the newer codec have one more field.
const newer = { ...balances, events: newerCodec as typeof balances.events, checkVersion: newerCodec.checkVersion }
const newerTotal = { ...total, events: newerCodec as typeof balances.events }

let n = 9000
const depositNewer = (id: string, amount: number) =>
  Account.append(id, Account.stored(n++, { schemaVersion: 2, data: { amount, by: "Ada" } }))

const tooNew = { _tag: "NewerSchemaVersion", stream: "account-a", version: 2, schemaVersion: 2, latest: 1 }

describe("code that is too old for an event", () => {
  it("stops before it, parks nothing and is outdated; newer code continues, and so does the old code after the event", () =>
    runAtZero(Effect.gen(function*() {
      const warnings: Array<string> = []
      const noting = Logger.layer([Logger.make(({ message }) => void warnings.push(String(message)))])
      const running = yield* Effect.provide(Projector.start(balances), noting)
      yield* deposit("a", 1)
      yield* pass(1000)
      yield* depositNewer("a", 10)
      yield* deposit("b", 100)
      yield* pass(2000)
      expect(yield* seen()).toEqual({ a: 1 })
      expect(yield* Parked.list(balances)).toEqual([])
      expect(Option.getOrThrow(yield* running.outdated)).toMatchObject(tooNew)
      const waiting = { stream: "account-a", version: 2, position: 2, type: "Deposited", schemaVersion: 2, latest: 1 }
      expect((yield* ProjectionStatus.of(balances)).live).toMatchObject(
        Option.some({ position: 1, lag: 2, newer: Option.some(waiting) })
      )
      expect(
        warnings.filter((text) => text.startsWith("projection \"balances\" waits before position 2 for newer code"))
      ).toHaveLength(1)
      expect(yield* Projector.catchUp(newer)).toBe(3)
      expect(yield* seen()).toEqual({ a: 11, b: 100 })
      expect((yield* ProjectionStatus.of(balances)).live).toMatchObject(Option.some({ newer: Option.none() }))
      yield* deposit("b", 200)
      yield* pass(5000)
      yield* pass(1000)
      expect(yield* seen()).toEqual({ a: 11, b: 300 })
      expect(yield* running.outdated).toEqual(Option.none())
    })))

  it("shows that a first build waits: in the status and in the metric", () =>
    runAtZero(Effect.gen(function*() {
      yield* depositNewer("a", 10)
      yield* Projector.start(balances)
      yield* ProjectionStatus.watch().pipe(Stream.runDrain, Effect.forkScoped)
      yield* pass(10_000)
      const status = yield* ProjectionStatus.of(balances)
      expect(status.live).toEqual(Option.none())
      expect(ProjectionStatus.current(status)).toMatchObject(
        Option.some({ position: 0, newer: Option.some({ stream: "account-a", version: 1 }) })
      )
      const metrics = yield* Metric.snapshot
      expect(
        metrics.find(({ attributes, id }) =>
          id === "refold_projection_waits" && attributes?.["projection"] === "balances"
        )
      ).toMatchObject({ state: { value: 1 } })
    })))

  it("checks for newer code at the interval of the option retryNewer", () =>
    runAtZero(Effect.gen(function*() {
      const running = yield* Projector.start(balances, { retryNewer: "1 minute" })
      yield* depositNewer("a", 10)
      yield* pass(1000)
      yield* Projector.catchUp(newer)
      yield* deposit("a", 1)
      yield* pass(30_000)
      expect(Option.isSome(yield* running.outdated)).toBe(true)
      yield* pass(40_000)
      expect(yield* running.outdated).toEqual(Option.none())
      expect(yield* seen()).toEqual({ a: 11 })
    })))

  it("fails if it has to fold the event now, and names it", () =>
    run(Effect.gen(function*() {
      yield* deposit("a", 1)
      yield* depositNewer("a", 10)
      const past = PastRows.asOf(balances, AsOf.position(2))
      const row = PastRows.rowAsOf(balances, Account.stream("a"), AsOf.version(2))
      const together = Together.handle([Together.part(Account.account, "a", Account.deposit(1))])
      for (
        const failing of [
          Projector.catchUp(balances),
          Effect.scoped(past),
          row,
          State.load(Account.account, "a"),
          CommandHandler.make(Account.account)("a", Account.deposit(1)),
          together
        ]
      ) expect(yield* Effect.flip(failing as Effect.Effect<unknown, object>)).toMatchObject(tooNew)
      expect((yield* Effect.flip(State.load(Account.account, "a"))).message).toContain(
        "this code is older than the data"
      )
      yield* Projector.catchUp(newer)
      expect(yield* Effect.flip(Stream.runDrain(Rebuild.rebuild(balances)))).toMatchObject(tooNew)
      yield* Stream.runDrain(Rebuild.rebuild(newer))
      expect(yield* seen()).toEqual({ a: 11 })
    })))

  it("does not change a parked stream when it is retried", () =>
    run(Effect.gen(function*() {
      yield* deposit("a", 13)
      yield* depositNewer("a", 10)
      yield* Projector.catchUp(balances, hasty)
      const parked = yield* Parked.list(balances)
      expect(parked).toMatchObject([{ version: 1, stage: "Evolve" }])
      const repaired = { ...balances, evolve: changed({ evolve: (state) => state }).evolve }
      expect(yield* Effect.flip(Parked.retry(repaired, Account.stream("a")))).toMatchObject(tooNew)
      expect(yield* Parked.list(balances)).toEqual(parked)
    })))

  it("returns the rows of an inline projection up to the event in pages, and fails for its key", () =>
    run(Effect.gen(function*() {
      yield* Projector.catchUp(inline)
      yield* deposit("a", 1)
      yield* Projector.catchUp(inline)
      yield* depositNewer("a", 10)
      const page = yield* ReadModel.query(inline)
      expect(page.rows).toMatchObject([{ key: "account-a", state: { balance: 1 }, version: 1 }])
      expect(yield* Effect.flip(ReadModel.get(inline, "account-a"))).toMatchObject(tooNew)
    })))
})

describe("parking the stream of an event that is too new", () => {
  it("lets the other streams continue; newer code retries it if rows are keyed by stream", () =>
    runAtZero(Effect.gen(function*() {
      yield* deposit("a", 1)
      yield* depositNewer("a", 10)
      yield* deposit("b", 100)
      yield* Effect.ignore(Projector.catchUp(balances))
      expect(yield* Effect.flip(Parked.park(balances, Account.stream("b")))).toMatchObject({ field: "stream" })
      // The first build cannot be live before its event is parked.
      yield* Parked.park(balances, Account.stream("a"))
      yield* Projector.catchUp(balances)
      expect(yield* seen()).toEqual({ a: 1, b: 100 })
      expect(yield* Parked.list(balances)).toMatchObject([{ stream: "account-a", version: 2, stage: "Newer" }])
      const old = yield* Effect.forkScoped(Projector.run(balances))
      yield* pass(1000)
      expect(yield* Parked.list(balances)).toHaveLength(1)
      yield* Fiber.interrupt(old)
      yield* Projector.start(newer)
      yield* pass(1000)
      expect(yield* seen()).toEqual({ a: 11, b: 100 })
      expect(yield* Parked.list(balances)).toEqual([])
    })))

  it("makes newer code rebuild the rows if they may depend on the order of streams", () =>
    runAtZero(Effect.gen(function*() {
      yield* deposit("a", 1)
      yield* Projector.catchUp(total)
      const before = (yield* ProjectionStatus.of(total)).live
      yield* depositNewer("a", 10)
      yield* deposit("b", 100)
      yield* Effect.ignore(Projector.catchUp(total))
      yield* Parked.park(total, Account.stream("a"))
      yield* Projector.start(newerTotal)
      yield* pass(1000)
      yield* pass(2000)
      yield* pass(2000)
      const { live } = yield* ProjectionStatus.of(total)
      expect(live).toMatchObject(Option.some({ parked: [], position: 3 }))
      expect(live).not.toEqual(before)
      const rows = (yield* ReadModel.query(total)).rows
      expect(rows).toMatchObject([{ key: "all", state: { balance: 111, events: 3 } }])
    })))
})

describe("a job of newer code, after an operator has parked the stream of an event that was too new", () => {
  it.each(
    [
      ["retries it if rows are keyed by stream", balances, newer, [["account-a", 11], ["account-b", 100]]],
      ["rebuilds the rows if they may depend on the order of streams", total, newerTotal, [["all", 111]]]
    ] as const
  )("%s", (_, old, repaired, rows) =>
    run(Effect.gen(function*() {
      yield* deposit("a", 1)
      yield* Projector.catchUp(old)
      yield* depositNewer("a", 10)
      yield* deposit("b", 100)
      yield* Effect.ignore(Projector.catchUp(old))
      yield* Parked.park(old, Account.stream("a"))
      yield* Projector.catchUp(old)
      expect(yield* Parked.list(old)).toHaveLength(1)
      yield* Projector.catchUp(repaired)
      expect(yield* Parked.list(old)).toEqual([])
      const page = yield* ReadModel.query(repaired)
      expect(page.rows.map(({ key, state }) => [key, state.balance])).toEqual(rows)
    })))
})

describe("another definition under the same name and version", () => {
  const onlyDeposits = EventCodec.makeUnsafe([EventType.make("Deposited", Schema.Struct({ amount: Schema.Number }))])
  const like = (parts: object) =>
    Projection.makeUnsafe({
      name: "balances",
      version: 1,
      events: Account.codec,
      keys: Projection.byStream,
      state: Schema.Struct({ balance: Schema.Finite, events: Schema.Int }),
      initialState: { balance: 0, events: 0 },
      evolve: (state) => state,
      indexes: { byBalance: ["balance"] },
      ...parts
    })
  const others: ReadonlyArray<readonly [string, ReturnType<typeof like>, string]> = [
    ["fewer event types", like({ events: onlyDeposits }), "event types that this code lacks: Withdrawn"],
    [
      "a category",
      like({ categories: ["account"] }),
      "it is stored with all categories, and this code has the categories account"
    ],
    [
      "another index",
      like({ indexes: { byEvents: ["events"] } }),
      "indexes that this code lacks: byBalance (balance: Number)"
    ],
    [
      "an additional index",
      like({ indexes: { byBalance: ["balance"], byEvents: ["events"] } }),
      "indexes that only this code has: byEvents (events: Number)"
    ]
  ]

  it.each(others)(
    "with %s is refused with the difference, and the rows do not change",
    (_, other, difference) =>
      run(Effect.gen(function*() {
        yield* deposit("a", 1)
        yield* Projector.catchUp(balances)
        yield* deposit("a", 2)
        const error = { _tag: "DefinitionMismatch", projection: "balances", version: 1, stored: 1 }
        const cached = yield* ReadModelCache.make(other)
        const position = 2 as never
        for (
          const refused of [
            Projector.catchUp(other),
            Projector.run(other),
            Projector.start(other),
            Stream.runDrain(Rebuild.rebuild(other)),
            ReadModel.get(other, "account-a"),
            ReadModel.query(other, { index: "byEvents", range: { from: 0 } } as never),
            ReadModel.awaitPosition(other, position),
            cached.get("account-a"),
            Effect.scoped(PastRows.asOf(other, AsOf.position(position)))
          ]
        ) {
          const failure = yield* Effect.flip(refused as Effect.Effect<unknown, object>)
          if ("field" in failure) continue
          expect(failure).toMatchObject(error)
          expect((failure as Error).message).toContain(difference)
          expect((failure as Error).message).toContain("raise the version")
        }
        expect(yield* seen()).toEqual({ a: 1 })
      }))
  )

  it("that differs only in the order of its parts or in schema versions is accepted", () => {
    const reversed = EventCodec.makeUnsafe([Withdrawn, Deposited])
    expect(like({ events: reversed }).definition).toBe(balances.definition)
  })

  it("is read with the right version only when its rows are live", () =>
    run(Effect.gen(function*() {
      yield* deposit("a", 1)
      yield* Projector.catchUp(balances)
      const next = like({ version: 2, indexes: { byEvents: ["events"] } })
      expect(yield* Effect.flip(ReadModel.query(next))).toMatchObject({
        _tag: "DefinitionMismatch",
        version: 2,
        stored: 1,
        remedy: "run version 2 with Projector and read it when its rows are live"
      })
      yield* Projector.catchUp(next)
      expect((yield* ReadModel.query(next)).rows).toHaveLength(1)
    })))
})

describe("inline rows of another version", () => {
  const tripled = Projection.ofAggregateUnsafe(
    {
      ...Account.account,
      decider: {
        ...Account.account.decider,
        evolve: (state, event) => {
          const { balance } = Account.account.decider.evolve(state, { ...event, amount: 3 * event.amount })
          return { ...state, balance }
        }
      }
    },
    {
      name: "inline balances",
      version: 2,
      state: Schema.Struct({ balance: Schema.Finite }),
      indexes: { byBalance: ["balance"] }
    }
  )

  it("are folded again for keys and pages, and are not found by the values of their index", () =>
    run(Effect.gen(function*() {
      yield* Projector.catchUp(inline)
      yield* deposit("a", 1)
      yield* Projector.catchUp(inline)
      expect((yield* ReadModel.query(tripled)).rows).toMatchObject([{ state: { balance: 3 } }])
      expect(yield* ReadModel.get(tripled, "account-a")).toMatchObject(Option.some({ state: { balance: 3 } }))
      for (const asked of [{}, { where: { balance: 3 } }, { range: { from: 2 } }]) {
        expect(yield* Effect.flip(ReadModel.query(tripled, { index: "byBalance", ...asked }))).toMatchObject({
          _tag: "DefinitionMismatch",
          version: 2,
          stored: 1
        })
      }
      yield* Projector.catchUp(tripled)
      const { rows } = yield* ReadModel.query(tripled, { index: "byBalance", where: { balance: 3 } })
      expect(rows).toHaveLength(1)
    })))
})

describe("code of a version that was replaced", () => {
  const doubled = changed({
    version: 2,
    evolve: ({ balance, events }, { amount }) => ({ balance: balance + 2 * amount, events: events + 1 })
  })

  it("is outdated if it runs", () =>
    runAtZero(Effect.gen(function*() {
      const running = yield* Projector.start(balances)
      yield* pass(1000)
      expect(yield* running.outdated).toEqual(Option.none())
      yield* Projector.catchUp(doubled)
      yield* pass(2000)
      expect(Option.getOrThrow(yield* running.outdated)).toMatchObject({
        _tag: "ProjectionOutdated",
        version: 1,
        live: 2
      })
    })))

  it("reads the last rows of its version for an hour, and fails to wait for later ones", () =>
    runAtZero(Effect.gen(function*() {
      const { position } = yield* deposit("a", 1)
      yield* Projector.catchUp(balances)
      yield* Projector.catchUp(doubled)
      const later = yield* deposit("a", 2)
      yield* Projector.catchUp(doubled)
      expect([yield* seen(), yield* seen(doubled)]).toEqual([{ a: 1 }, { a: 6 }])
      yield* ReadModel.awaitPosition(balances, position)
      expect(yield* Effect.flip(ReadModel.awaitPosition(balances, later))).toMatchObject({
        _tag: "ProjectionOutdated",
        version: 1,
        live: 2
      })
      yield* pass(3_599_000)
      yield* Projector.catchUp(doubled)
      expect(yield* seen()).toEqual({ a: 1 })
      yield* pass(2000)
      yield* Projector.catchUp(doubled)
      // The definition is the same, so the live rows can be read.
      expect(yield* seen()).toEqual({ a: 6 })
    })))
})
