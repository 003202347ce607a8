/** Texts from outside in messages and log lines, where a line break or an escape sequence would forge another line. */

/** The text, or that of another value that a client sent for one, with an escape such as `\u000a` in place of each control character and line break. */
export const printable = (text: unknown): string =>
  String(text).replace(/[\p{Cc}\u2028\u2029]/gu, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}`)
