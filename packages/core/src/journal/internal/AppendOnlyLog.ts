/**
 * An immutable sequence with appends in constant time. Logs derived from one another share an array; each reads its
 * own first `size` items. The longest log appends in place; an append to any other log copies the array first.
 */

/** The first `size` items of a shared array. */
export interface AppendOnlyLog<A> {
  readonly size: number
  readonly items: Array<A>
}

/** A log without items. */
export const empty = <A>(): AppendOnlyLog<A> => ({ size: 0, items: [] })

/** Appends items. */
export const appendAll = <A>(log: AppendOnlyLog<A>, added: ReadonlyArray<A>): AppendOnlyLog<A> => {
  const items = log.items.length === log.size ? log.items : log.items.slice(0, log.size)
  for (const item of added) items.push(item)
  return { size: items.length, items }
}

/** The items from index `from` on that pass `includes`, at most `limit`. */
export const select = <A>(
  log: AppendOnlyLog<A>,
  from: number,
  includes: (item: A) => boolean,
  limit = Infinity
): ReadonlyArray<A> => {
  const selected: Array<A> = []
  for (let index = from; index < log.size && selected.length < limit; index++) {
    const item = log.items[index]!
    if (includes(item)) selected.push(item)
  }
  return selected
}

/** The items before index `before`, the last one first, down to index `from`, that pass `includes`, at most `limit`. */
export const selectBackwards = <A>(
  log: AppendOnlyLog<A>,
  { before = log.size, from = 0, limit = Infinity }: {
    readonly before?: number | undefined
    readonly from?: number | undefined
    readonly limit?: number | undefined
  },
  includes: (item: A) => boolean
): ReadonlyArray<A> => {
  const selected: Array<A> = []
  for (let index = Math.min(before, log.size) - 1; index >= from && selected.length < limit; index--) {
    const item = log.items[index]!
    if (includes(item)) selected.push(item)
  }
  return selected
}
