/** Writes the messages of a Message DB as the lines of an exported store, which an import takes. */
import { createHash, randomUUID } from "node:crypto"

// #region message
/** A row of `message_store.messages`. The driver `pg` gives a bigint as a text; `time` is in UTC. */
export interface Message {
  readonly id: string
  readonly stream_name: string
  readonly position: string
  readonly global_position: string
  readonly type: string
  readonly data: object
  readonly metadata: object | null
  readonly time: Date
}
// #endregion

// #region lines
/** The lines for messages in the order of `global_position`, of which `last` is the last one. */
export async function* linesOf(messages: AsyncIterable<Message>, last: number): AsyncGenerator<string> {
  const hash = createHash("sha256")
  const hashed = (fields: object): string => {
    const line = JSON.stringify(fields)
    hash.update(`${line}\n`)
    return line
  }
  yield hashed({ kind: "header", format: "refold-store", version: 1, export: randomUUID(), upTo: last })
  let events = 0
  // Recorded times must not decrease within a stream. Message DB stores the time at which a transaction began.
  let recordedAt = new Date(0)
  for await (const message of messages) {
    events++
    if (message.time > recordedAt) recordedAt = message.time
    const position = Number(message.global_position)
    yield hashed({
      kind: "event",
      stream: message.stream_name,
      version: Number(message.position) + 1,
      position,
      commit: position,
      id: message.id,
      type: message.type,
      schemaVersion: 1,
      data: message.data,
      metadata: message.metadata ?? {},
      occurredAt: message.time.toISOString(),
      recordedAt: recordedAt.toISOString()
    })
  }
  yield JSON.stringify({ kind: "trailer", events, keys: 0, discards: 0, consumers: 0, sha256: hash.digest("hex") })
}
// #endregion
