/*
 * Random numbers for tests, from the seed of the run: REFOLD_SEED, which a failing test prints.
 */

/** The seed of this run. */
export const seed: number = Number(process.env["REFOLD_SEED"]) | 0

// mulberry32, by Tommy Ettinger: 32 bits of state are enough for tests.
let state = seed

/** A number from 0 up to 1, without 1, as Math.random returns it. */
export const random = (): number => {
  state = (state + 0x6d2b79f5) | 0
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
}

/** A whole number from 0 up to `end`, without `end`. */
export const below = (end: number): number => Math.floor(random() * end)
