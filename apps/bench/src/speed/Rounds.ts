/** The cells of a group measured by turns: each once in each round, in another order each time. A failed cell is skipped. */
import { Missing } from "./Task.ts"

/** The results of a cell: a value for each finished round, and the reason if it failed. */
export interface Outcome<Value> {
  readonly values: ReadonlyArray<Value | undefined>
  readonly failed?: string
  readonly missing?: string
}

/** Prepares a cell once, and measures it: in round 0 to warm up, and in each other round. */
export interface Cell<Value> {
  readonly prepare: () => Promise<void>
  readonly measure: (round: number) => Promise<Value>
}

/** Measures all cells; a failure of one of them is its outcome and does not end the run. */
export const measure = async <Value>(
  cells: ReadonlyArray<Cell<Value>>,
  rounds: number,
  isWarmedUp = true
): Promise<ReadonlyArray<Outcome<Value>>> => {
  const problems = new Map<number, Pick<Outcome<Value>, "failed" | "missing">>()
  const values = cells.map((): Array<Value | undefined> => [])
  const attempt = async <A>(index: number, body: () => Promise<A>): Promise<A | undefined> => {
    if (problems.has(index)) return undefined
    try {
      return await body()
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      problems.set(index, error instanceof Missing ? { missing: reason } : { failed: reason })
      return undefined
    }
  }
  for (const [index, { prepare }] of cells.entries()) await attempt(index, prepare)
  for (let round = isWarmedUp ? 0 : 1; round <= rounds; round++) {
    for (let turn = 0; turn < cells.length; turn++) {
      const index = (round + turn) % cells.length
      const value = await attempt(index, () => cells[index]!.measure(round))
      if (round > 0) values[index]!.push(value)
    }
  }
  return cells.map((_, index) => ({ values: values[index]!, ...problems.get(index) }))
}
