/** Makes texts from outside safe for a terminal: they must not move its cursor, set colours or reverse the order of characters. */
import { printable } from "@refold/core/internal/event/Printable"

// Marks and overrides of the direction of writing.
const directions = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

/** The text with an escape such as `\u001b` in place of each such character. In a JSON text the value stays the same. */
export const safe = (text: unknown): string =>
  printable(text).replace(directions, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}`)
