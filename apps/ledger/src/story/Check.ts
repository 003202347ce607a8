/** What a chapter of the story claims, as a sentence, and whether it came true. */

/** A claim put to the test. */
export interface Check {
  readonly name: string
  readonly ok: boolean
}

/** A claim and its truth. */
export const check = (name: string, ok: boolean): Check => ({ name, ok })
