import { Effect, Layer } from "effect"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { CommandHandler, EventReader, MemoryStore, Projector } from "refold"
import { afterAll, expect, it } from "vitest"
import * as Example from "../../examples/howto/WholeStore.ts"
import { Wallet } from "../../examples/Wallet.ts"

const folder = Fs.mkdtempSync(Path.join(Os.tmpdir(), "refold-whole-"))
afterAll(() => Fs.rmSync(folder, { recursive: true }))

const open = Layer.build(Layer.fresh(MemoryStore.layer))
const head = Effect.flatMap(EventReader.EventReader, (reader) => reader.head)

it("a file that was cut is completed, and a damaged one is repaired by its line", () =>
  Effect.runPromise(Effect.scoped(Effect.gen(function*() {
    const file = Path.join(folder, "store.ndjson")
    const [source, target] = [yield* open, yield* open]
    const handle = CommandHandler.make(Wallet)
    for (const cents of [1, 2, 3]) {
      yield* Effect.provideContext(handle("ada", { _tag: "Deposit", cents, from: "salary" }), source)
    }
    yield* Effect.provideContext(Example.exportTo(file), source)
    const whole = Fs.readFileSync(file, "utf8")
    Fs.writeFileSync(file, whole.slice(0, -200))
    expect(yield* Effect.flip(Effect.provideContext(Example.importOrSayWhy(file), target))).toMatch(/repair the text/)
    yield* Effect.provideContext(Example.continueExport(file), source)
    expect(Fs.readFileSync(file, "utf8")).toBe(whole)
    expect(yield* Effect.provideContext(Example.startOver, target)).toBe(false)
    expect(yield* Effect.provideContext(Example.importOrSayWhy(file), target)).toMatchObject({ counts: { events: 3 } })
    expect(yield* Effect.provideContext(head, target)).toBe(3)
    yield* Effect.provideContext(Projector.catchUp(Example.balances), target)
    expect(yield* Effect.provideContext(Example.isDamaged, target)).toBe(false)
    expect(yield* Effect.provideContext(Example.report, target)).toEqual([])
  }))))
