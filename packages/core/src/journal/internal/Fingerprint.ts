/**
 * Fingerprints of commits and commands: texts that show whether an idempotency key is repeated for the same content. The
 * prefixes keep given fingerprints and those of contents apart.
 */
import * as Json from "../../event/Json.ts"
import { type Commit, isGuard } from "../Commit.ts"

/** The fingerprint of a commit: the one given with its key, else its streams, types and data, without ids, times and guards. */
export const ofCommit = ({ idempotency, writes }: Commit): string => {
  if (idempotency?.fingerprint !== undefined) return ofGiven(idempotency.fingerprint)
  const content = writes.filter((write) => !isGuard(write)).map(({ events, stream }) => [
    stream,
    events.map(({ data, type }): Json.Json => [type, data])
  ])
  return `${contentPrefix}${Json.canonical(content)}`
}

const contentPrefix = "content:"

/** Whether a stored form is that of a commit's content. */
export const isOfContent = (stored: string): boolean => stored.startsWith(contentPrefix)

/** The stored form of a fingerprint that was given with a key. */
export const ofGiven = (fingerprint: string): string => `given:${fingerprint}`

/** The fingerprint of a command for one aggregate, to be given with its key. */
export const ofCommand = (category: string, id: string, encoded: Json.Json): string =>
  Json.canonical([category, id, encoded])

/** The fingerprint of commands that are handled together, from those of the commands, in order. */
export const ofCommands = (fingerprints: ReadonlyArray<string>): string => Json.canonical(fingerprints)
