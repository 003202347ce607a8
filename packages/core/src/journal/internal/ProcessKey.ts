/**
 * The idempotency keys of commands that processes send: a reserved prefix, and the id of the command. Their commits name
 * the command in the causation id of each event, so a stored commit shows which command it is of.
 */

// No other key may begin with it. The same text is in the SQL functions.
const prefix = "refold:"

/** The key of a command. */
export const of = (commandId: string): string => `${prefix}${commandId}`

/** The id of the command whose key it is; undefined for a key of a client. */
export const commandIdOf = (key: string): string | undefined =>
  key.startsWith(prefix) ? key.slice(prefix.length) : undefined

/** The rule for a key that a client gives. */
export const rule = `must not begin with "${prefix}": these keys are for commands that processes send`
