// The order of appends that claim common names, against a model: a list in which an append has its turn when no earlier append
// claims one of its names, unless both share it.
import * as FastCheck from "fast-check"
import { expect, test } from "vitest"
import * as StreamTurns from "../../src/log/internal/StreamTurns.ts"

interface Entry {
  readonly claims: ReadonlyArray<StreamTurns.Claim>
}

const collide = (one: Entry, other: Entry): boolean =>
  one.claims.some((a) => other.claims.some((b) => a.name === b.name && !(a.isShared && b.isShared)))

/** The entries that have their turn, by the model. */
const turnsOf = (line: ReadonlyArray<Entry>): ReadonlyArray<Entry> =>
  line.filter((entry, index) => !line.slice(0, index).some((before) => collide(before, entry)))

const claims = FastCheck.uniqueArray(
  FastCheck.record({ name: FastCheck.constantFrom("a", "b", "c", "d"), isShared: FastCheck.boolean() }),
  { minLength: 1, maxLength: 3, selector: ({ name }) => name }
)

const steps = FastCheck.array(
  FastCheck.oneof(
    FastCheck.record({ enter: claims }),
    FastCheck.record({ leave: FastCheck.nat(20) })
  ),
  { maxLength: 60 }
)

test("an append has its turn when no earlier append claims one of its names, and at once when the last such append leaves", () => {
  FastCheck.assert(FastCheck.property(steps, (steps) => {
    const turns = StreamTurns.make()
    const line: Array<Entry & StreamTurns.Member> = []
    const granted: Array<Entry> = []
    for (const step of steps) {
      if ("enter" in step) {
        const entry: Entry & StreamTurns.Member = {
          claims: step.enter,
          onTurn: () => {
            granted.push(entry)
          }
        }
        line.push(entry)
        turns.enter(entry)
      } else {
        const [gone] = line.splice(step.leave % (line.length + 1), 1)
        if (gone !== undefined) turns.leave(gone)
      }
      expect(line.filter((entry) => granted.includes(entry))).toEqual(turnsOf(line))
      // No entry gets its turn twice.
      expect(new Set(granted).size).toBe(granted.length)
    }
  }))
})
