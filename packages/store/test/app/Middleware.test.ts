import * as Aggregate from "@refold/core/decide/Aggregate"
import * as Commands from "@refold/store/app/Commands"
import * as Middleware from "@refold/store/app/Middleware"
import * as Queries from "@refold/store/app/Queries"
import * as CommandHandler from "@refold/store/decide/CommandHandler"
import { Causation } from "@refold/store/log/Causation"
import { EventIds } from "@refold/store/log/EventIds"
import { EventStoreError } from "@refold/store/log/EventStoreError"
import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import * as References from "effect/References"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/testing/TestClock"
import * as Tracer from "effect/Tracer"
import { describe, expect, expectTypeOf, it } from "vitest"
import * as Account from "../support/Account.ts"
import { deposit, history, run, runAtZero, withdraw, withStore } from "../support/Account.ts"

const handle = CommandHandler.make(Account.account)

// The commands of an account, with this around them.
const sending = <const M extends Middleware.List>(...middleware: M) =>
  Commands.make({ Deposit: handle, Withdraw: handle }, middleware)

const metadataOf = (id: string) => Effect.map(history(id), (events) => events.map(({ metadata }) => metadata))

// A query, for what needs one.
const query: Middleware.Call = { kind: "Query", tag: "Balance", payload: { _tag: "Balance" } }

describe("a list of middleware", () => {
  const noting = () => {
    const notes: Array<string> = []
    const note = (what: string) => Effect.sync(() => void notes.push(what))
    const around = (name: string): Middleware.Middleware => (_call, next) =>
      note(`before ${name}`).pipe(Effect.andThen(next), Effect.ensuring(note(`after ${name}`)))
    return { notes, note, around }
  }

  it("is around the handler, the first outermost", () =>
    run(Effect.gen(function*() {
      const { around, note, notes } = noting()
      const handler = (_id: string, _command: { readonly _tag: "Go" }) => note("handler")
      yield* Commands.make({ Go: handler }, [around("1"), around("2"), around("3")])("a", { _tag: "Go" })
      expect(notes).toEqual(["before 1", "before 2", "before 3", "handler", "after 3", "after 2", "after 1"])
    })))

  it("is around any effect by itself, without a record", () =>
    run(Effect.gen(function*() {
      const { around, note, notes } = noting()
      const answer = note("effect").pipe(Effect.as(7), Middleware.apply([around("1"), around("2")], query))
      expect(yield* answer).toBe(7)
      expect(notes).toEqual(["before 1", "before 2", "effect", "after 2", "after 1"])
    })))

  it("is told of the command, whom it is for, and its options", () =>
    run(Effect.gen(function*() {
      const calls: Array<Middleware.Call> = []
      const listening: Middleware.Middleware = (call, next) => Effect.suspend(() => (calls.push(call), next))
      const options = { idempotencyKey: "k" }
      yield* sending(listening)("a", deposit(1), options)
      yield* sending(listening)("a", deposit(2))
      expect(calls).toEqual([
        { kind: "Command", tag: "Deposit", id: "a", payload: deposit(1), options },
        { kind: "Command", tag: "Deposit", id: "a", payload: deposit(2), options: {} }
      ])
    })))

  it("may run the handler again, or not at all", () =>
    run(Effect.gen(function*() {
      const twice: Middleware.Middleware = (_call, next) => Effect.andThen(next, next)
      const never: Middleware.Middleware<"closed"> = () => Effect.fail("closed")
      yield* sending(twice)("a", deposit(1))
      expect(yield* Effect.flip(sending(never)("a", deposit(1)))).toBe("closed")
      expect(yield* history("a")).toHaveLength(2)
    })))

  it("that throws makes the effect die, and no caller throw", () =>
    run(Effect.gen(function*() {
      const faulty: Middleware.Middleware = () => {
        throw new Error("oh")
      }
      const exit = yield* Effect.exit(sending(faulty)("a", deposit(1)))
      expect(Exit.isFailure(exit) && Cause.squash(exit.cause)).toMatchObject({ message: "oh" })
      expect(yield* history("a")).toEqual([])
      expect(Exit.isFailure(yield* Effect.exit(Middleware.apply([faulty], query)(Effect.void)))).toBe(true)
    })))
})

describe("a correlation id", () => {
  const send = sending(Middleware.correlation)

  it("is fresh for each request, and stored with all of its events", () =>
    run(Effect.gen(function*() {
      yield* send("a", deposit(1, 2))
      yield* send("a", deposit(3))
      const [first, second, third] = yield* metadataOf("a")
      expect(first?.correlationId).toMatch(/^[0-9a-f-]{36}$/)
      expect(second).toEqual(first)
      expect(third?.correlationId).toMatch(/^[0-9a-f-]{36}$/)
      expect(third).not.toEqual(first)
    })))

  it("is made by EventIds", () =>
    run(Effect.gen(function*() {
      let n = 0
      const counting = Effect.sync(() => Account.stored(++n).id)
      yield* Effect.provideService(send("a", deposit(1)), EventIds, counting)
      expect(yield* metadataOf("a")).toEqual([{ correlationId: Account.stored(1).id }])
    })))

  it("is that of what caused the request, which keeps everything else that is known", () =>
    run(Effect.gen(function*() {
      const cause = { correlationId: "c", causationId: "d", actor: "Ada", shop: 7 }
      yield* Effect.provideService(send("a", deposit(1)), Causation, cause)
      expect(yield* metadataOf("a")).toEqual([cause])
    })))

  it("is that of the command's own metadata, before any other", () =>
    run(Effect.gen(function*() {
      const sent = send("a", deposit(1), { metadata: { correlationId: "own", note: "n" } })
      yield* Effect.provideService(sent, Causation, { correlationId: "c", actor: "Ada" })
      expect(yield* metadataOf("a")).toEqual([{ correlationId: "own", actor: "Ada", note: "n" }])
    })))

  it("goes with the actor to whatever the request sets off, and the rest of its metadata does not", () =>
    run(Effect.gen(function*() {
      const metadata = { correlationId: "own", actor: "Ada", note: "n" }
      const both = (id: string, _command: { readonly _tag: "Both" }, options?: CommandHandler.HandleOptions) =>
        Effect.andThen(handle(id, deposit(1), options), send("b", deposit(2)))
      const sent = Commands.make({ Both: both }, [Middleware.correlation])("a", { _tag: "Both" }, { metadata })
      yield* Effect.provideService(sent, Causation, { correlationId: "c", actor: "Bob" })
      expect(yield* metadataOf("a")).toEqual([metadata])
      expect(yield* metadataOf("b")).toEqual([{ correlationId: "own", actor: "Ada" }])
    })))

  it("is there for queries, too", () =>
    run(Effect.gen(function*() {
      const why = Queries.make(
        { Why: (_request: { readonly _tag: "Why" }) => Effect.map(Causation, (cause) => cause) },
        [
          Middleware.correlation
        ]
      )
      expect(yield* why({ _tag: "Why" })).toEqual({ correlationId: expect.any(String) })
      expect(yield* Effect.provideService(why({ _tag: "Why" }), Causation, { correlationId: "c" }))
        .toEqual({ correlationId: "c" })
    })))
})

describe("an actor", () => {
  const send = sending(Middleware.correlation, Middleware.withActor(Effect.succeed("Ada")))

  it("is found out for each request and stored with its events", () =>
    run(Effect.gen(function*() {
      yield* Effect.provideService(send("a", deposit(1)), Causation, { correlationId: "c", actor: "Bob", shop: 7 })
      expect(yield* metadataOf("a")).toEqual([{ correlationId: "c", actor: "Ada", shop: 7 }])
    })))

  it("is another where the command's own metadata says so", () =>
    run(Effect.gen(function*() {
      yield* send("a", deposit(1), { metadata: { correlationId: "c", actor: "Bob" } })
      expect(yield* metadataOf("a")).toEqual([{ correlationId: "c", actor: "Bob" }])
    })))

  it("who cannot be found out is an error, and nothing is run", () =>
    run(Effect.gen(function*() {
      const anonymous = sending(Middleware.withActor(Effect.fail("who?")))
      expect(yield* Effect.flip(anonymous("a", deposit(1)))).toBe("who?")
      expect(yield* history("a")).toEqual([])
    })))
})

describe("a rule of authorisation", () => {
  const onlyDeposits = Middleware.authorize(({ tag }) =>
    tag === "Deposit" ? Effect.void : Effect.fail(new Middleware.Forbidden({ tag, reason: "only deposits" }))
  )
  const untouchable = withStore(() => ({
    findAppended: () => Effect.die("asked"),
    readStream: () => {
      throw new Error("asked")
    },
    commit: () => Effect.die("asked")
  }))

  it("lets through what it does not refuse", () =>
    run(Effect.gen(function*() {
      expect(yield* sending(onlyDeposits)("a", deposit(1))).toMatchObject({ state: { balance: 1 } })
    })))

  it("that refuses leaves the store untouched and the handler unasked", () =>
    run(Effect.gen(function*() {
      const send = sending(onlyDeposits)
      const refused = yield* Effect.flip(untouchable(send("a", withdraw(1), { idempotencyKey: "k" })))
      expect(refused).toBeInstanceOf(Middleware.Forbidden)
      expect(refused).toMatchObject({ tag: "Withdraw", message: "Withdraw is forbidden: only deposits" })
      let asked = 0
      const asking = (_id: string, _command: { readonly _tag: "Ask" }) => (asked++, Effect.void)
      yield* Effect.flip(Commands.make({ Ask: asking }, [onlyDeposits])("a", { _tag: "Ask" }))
      expect(asked).toBe(0)
    })))

  it("that throws lets nobody through", () =>
    run(Effect.gen(function*() {
      const faulty = Middleware.authorize((): Effect.Effect<void> => {
        throw new Error("oh")
      })
      const exit = yield* Effect.exit(untouchable(sending(faulty)("a", deposit(1))))
      expect(Exit.isFailure(exit) && Cause.squash(exit.cause)).toMatchObject({ message: "oh" })
    })))

  it("knows the actor that was found out before it", () =>
    run(Effect.gen(function*() {
      const notBob = Middleware.authorize(Effect.fnUntraced(function*() {
        if ((yield* Causation).actor === "Bob") return yield* Effect.fail("not Bob")
      }))
      const by = (actor: string) => sending(Middleware.withActor(Effect.succeed(actor)), notBob)("a", deposit(1))
      yield* by("Ada")
      expect(yield* Effect.flip(by("Bob"))).toBe("not Bob")
      expect(yield* history("a")).toHaveLength(1)
    })))

  it("that answers with a yes or no does not compile, for a no would go unheard", () => {
    expectTypeOf(() => [
      // @ts-expect-error false is no failure
      Middleware.authorize(() => Effect.succeed(false)),
      // @ts-expect-error a Boolean is no failure
      Middleware.authorize((call) => Effect.succeed(call.tag === "Deposit")),
      Middleware.authorize(() => Effect.void),
      Middleware.authorize(() => Effect.fail("no"))
    ]).toBeFunction()
  })
})

describe("a trace", () => {
  const tracing = () => {
    const spans: Array<Tracer.NativeSpan> = []
    const tracer = Tracer.make({
      span: (options) => {
        const span = new Tracer.NativeSpan(options)
        spans.push(span)
        return span
      }
    })
    const seen = () => spans.map(({ attributes, name }) => [name, Object.fromEntries(attributes)])
    return { spans, seen, trace: Effect.withTracer(tracer) }
  }
  const send = sending(Middleware.correlation, Middleware.tracing)
  const caused = Effect.provideService(Causation, { correlationId: "c" })

  it("has a span for each command that says what it is and whether it was answered before", () =>
    run(Effect.gen(function*() {
      const { seen, trace } = tracing()
      yield* trace(caused(send("a", deposit(1), { idempotencyKey: "k" })))
      yield* trace(caused(send("a", deposit(1), { idempotencyKey: "k" })))
      const attributes = { "refold.tag": "Deposit", "refold.id": "a", "refold.correlationId": "c" }
      expect(seen()).toEqual([
        ["refold.command", { ...attributes, "refold.deduplicated": false }],
        ["refold.command", { ...attributes, "refold.deduplicated": true }]
      ])
    })))

  it("has a span for each query, around what it does", () =>
    run(Effect.gen(function*() {
      const { seen, spans, trace } = tracing()
      const look = Queries.make(
        { Look: (_request: { readonly _tag: "Look" }) => Effect.withSpan(Effect.succeed(1), "inside") },
        [Middleware.tracing]
      )
      expect(yield* trace(look({ _tag: "Look" }))).toBe(1)
      expect(seen()).toEqual([["refold.query", { "refold.tag": "Look" }], ["inside", {}]])
      expect(Option.getOrThrow(spans[1]!.parent)).toBe(spans[0])
    })))

  it("has a span that ends as the command does", () =>
    run(Effect.gen(function*() {
      const { spans, trace } = tracing()
      yield* Effect.flip(trace(send("a", withdraw(1))))
      const [{ status } = {}] = spans
      const error = status?._tag === "Ended" && Exit.isFailure(status.exit) && Cause.squash(status.exit.cause)
      expect(error).toEqual({ _tag: "Overdrawn", balance: 0 })
    })))
})

describe("the log", () => {
  // Collects everything of every line instead of printing it.
  const logging = () => {
    const lines: Array<string> = []
    const logged: Array<unknown> = []
    const logger = Logger.map(Logger.formatStructured, (line) => {
      lines.push(`${line.level}: ${String(line.message)}`)
      logged.push(line)
    })
    const read = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
      effect.pipe(Effect.provide(Logger.layer([logger])), Effect.provideService(References.MinimumLogLevel, "All"))
    return { lines, logged, read }
  }
  const send = sending(Middleware.correlation, Middleware.logging)

  it("has a line for each request: what it was, for whom, how long it took", () =>
    runAtZero(Effect.gen(function*() {
      const { lines, logged, read } = logging()
      yield* TestClock.adjust("1 hour")
      yield* read(send("a", deposit(1), { metadata: { correlationId: "c" } }))
      const slow = Effect.delay(Effect.void, "2 seconds").pipe(Middleware.apply([Middleware.logging], query))
      const fiber = yield* Effect.forkChild(read(slow))
      yield* TestClock.adjust("2 seconds")
      yield* Fiber.join(fiber)
      expect(lines).toEqual([
        "DEBUG: command Deposit succeeded after 0 ms",
        "DEBUG: query Balance succeeded after 2000 ms"
      ])
      expect(logged).toMatchObject([{ annotations: { "refold.id": "a", "refold.correlationId": "c" } }, {}])
    })))

  it.each<[string, Effect.Effect<unknown, unknown>, string]>([
    ["a refusal", Effect.fail({ _tag: "Overdrawn", balance: 1 }), "INFO: query Balance failed after 0 ms: Overdrawn"],
    ["a refusal without a name", Effect.fail("no"), "INFO: query Balance failed after 0 ms"],
    [
      "one who may not",
      Effect.fail(new Middleware.Forbidden({ tag: "Balance", reason: "no" })),
      "INFO: query Balance failed after 0 ms: Forbidden"
    ],
    ["a slow projection", Effect.fail({ _tag: "AwaitTimeout" }), "WARN: query Balance failed after 0 ms: AwaitTimeout"],
    [
      "a failing store",
      Effect.fail(new EventStoreError({ operation: "commit", cause: "down" })),
      "ERROR: query Balance failed after 0 ms: EventStoreError"
    ],
    ["a faulty decider", Effect.fail({ _tag: "DeciderFault" }), "ERROR: query Balance failed after 0 ms: DeciderFault"],
    ["a defect", Effect.die(new TypeError("oh")), "ERROR: query Balance died after 0 ms: TypeError"],
    ["a defect without a name", Effect.die("oh"), "ERROR: query Balance died after 0 ms"]
  ])("says how bad it is: %s", (_, effect, line) =>
    runAtZero(Effect.gen(function*() {
      const { lines, read } = logging()
      const exit = yield* Effect.exit(effect.pipe(Middleware.apply([Middleware.logging], query), read))
      expect(exit).toEqual(yield* Effect.exit(effect))
      expect(lines).toEqual([line])
    })))

  it("has a line for a request that was interrupted", () =>
    runAtZero(Effect.gen(function*() {
      const { lines, read } = logging()
      const begun = yield* Deferred.make<void>()
      const waiting = Effect.andThen(Deferred.succeed(begun, undefined), Effect.never)
      const fiber = yield* Effect.forkChild(waiting.pipe(Middleware.apply([Middleware.logging], query), read))
      yield* Deferred.await(begun)
      yield* Fiber.interrupt(fiber)
      expect(lines).toEqual(["INFO: query Balance was interrupted after 0 ms"])
    })))

  it("never holds anything of a payload, nor of what is said about it", () =>
    runAtZero(Effect.gen(function*() {
      const { lines, logged, read } = logging()
      const { codec, decider } = Account
      const checked = Aggregate.makeUnsafe({
        category: "account",
        codec,
        decider,
        commands: Schema.Union([
          Schema.TaggedStruct("Deposit", { amounts: Schema.Array(Schema.Number) }),
          Schema.TaggedStruct("Withdraw", { amount: Schema.Number.check(Schema.isLessThan(10)) })
        ])
      })
      const decide: typeof decider["decide"] = (command) => {
        throw new Error(`cannot do ${JSON.stringify(command)}`)
      }
      const faulty = Aggregate.makeUnsafe({ category: "account", codec, decider: { ...decider, decide } })
      const dead = (_id: string, command: Account.Command) => Effect.die(new Error(JSON.stringify(command)))
      for (const handler of [handle, CommandHandler.make(checked), CommandHandler.make(faulty), dead]) {
        const send = Commands.make({ Deposit: handle, Withdraw: handler }, [Middleware.logging])
        yield* read(send("a", deposit(4242)))
        yield* Effect.exit(read(send("a", withdraw(424_242))))
      }
      expect(lines.filter((line) => !line.includes("Deposit"))).toEqual([
        "INFO: command Withdraw failed after 0 ms: Overdrawn",
        "INFO: command Withdraw failed after 0 ms: CommandInvalid",
        "ERROR: command Withdraw failed after 0 ms: DeciderFault",
        "ERROR: command Withdraw died after 0 ms: Error"
      ])
      expect(logged).toHaveLength(8)
      expect(JSON.stringify(logged)).not.toContain("4242")
    })))
})
