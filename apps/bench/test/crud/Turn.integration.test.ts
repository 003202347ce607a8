import * as Effect from "effect/Effect"
import { expect, it } from "vitest"
import * as Soak from "../../../../packages/postgres/test/support/Soak.ts"
import type { Books } from "../../src/crud/Books.ts"
import * as Contestants from "../../src/crud/Contestants.ts"
import * as Turn from "../../src/crud/Turn.ts"
import * as Workload from "../../src/crud/Workload.ts"
import { onServer } from "./support/Databases.ts"

const operations = Soak.size({ test: 40, full: 400 })

// Low balances, so that many operations are refused.
const poor = (size: Workload.Size) =>
  Effect.map(Workload.make("poor", size, 7), (made) => ({ ...made, opening: 20_00 }))

const turn = Effect.fnUntraced(function*(books: Books, workload: Workload.Workload) {
  yield* Turn.open(books, workload)
  return { name: books.name, ...yield* Turn.run(books, workload) }
})

it(
  "concurrent clients lose no cent and overdraw no account in books with a lock or a version check",
  onServer(async (run) => {
    const { balances, turns } = await run(Effect.fnUntraced(function*(database) {
      const { all } = yield* Contestants.open(database)
      const workload = yield* poor({ accounts: 3, operations, clients: 16 })
      const defended = all.filter(({ defence }) => defence !== "none")
      const turns = yield* Effect.forEach(defended, (books) => turn(books, workload))
      const balances = yield* Effect.forEach(defended, ({ balance }) => Effect.forEach(workload.names, balance))
      return { turns, balances }
    }))
    expect(turns.map(({ lost, made, name, wrong }) => ({ name, wrong, lost, made })))
      .toEqual(turns.map(({ name }) => ({ name, wrong: 0, lost: 0, made: 0 })))
    expect(turns.length).toBe(5)
    for (const { actual, done, expected, refused } of turns) {
      expect(actual).toBe(expected)
      expect(done + refused).toBe(operations)
    }
    expect(Math.min(...balances.flat())).toBeGreaterThanOrEqual(0)
  })
)

it(
  "one client gets the same answers and balances from all books",
  onServer(async (run) => {
    const found = await run(Effect.fnUntraced(function*(database) {
      const { all } = yield* Contestants.open(database)
      const workload = yield* poor({ accounts: 4, operations, clients: 1 })
      return yield* Effect.forEach(all, (books) =>
        Effect.map(
          turn(books, workload),
          ({ actual, done, expected, refused, wrong }) => ({ actual, done, expected, refused, wrong })
        ))
    }))
    expect(found).toEqual(found.map(() => found[0]))
    expect(found[0]).toMatchObject({ wrong: 0 })
    expect(found[0]?.refused).toBeGreaterThan(0)
  })
)

it("lost and created money is counted to the cent", async () => {
  const workload = await Effect.runPromise(Workload.make("n", { accounts: 3, operations: 0, clients: 1 }, 1))
  const held = [workload.opening - 300, workload.opening + 100, workload.opening]
  const books: Books = {
    name: "off",
    schema: "none",
    defence: "none",
    open: () => Effect.void,
    book: () => Effect.succeed("Done"),
    bookLate: () => Effect.succeed("Done"),
    balance: (account) => Effect.succeed(held[workload.names.indexOf(account)] ?? 0)
  }
  expect(await Effect.runPromise(Turn.run(books, workload))).toMatchObject({
    expected: 3 * workload.opening,
    actual: 3 * workload.opening - 200,
    wrong: 2,
    lost: 300,
    made: 100
  })
})
