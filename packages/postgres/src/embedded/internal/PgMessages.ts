/*
 * The PostgreSQL wire protocol as a sequence of messages: splitting bytes into messages, reading the few
 * fields that sharing one session needs, and writing the few messages that the shared session sends itself.
 */

/** One message: `type` is its first byte as a letter, or `""` for the untyped packet that opens a connection. */
export interface Message {
  readonly type: string
  readonly bytes: Buffer
}

/** Cuts the complete messages off the front of `buffer`; `rest` is the unfinished message after them. */
export const cut = (buffer: Buffer, opening = false): { readonly messages: Array<Message>; readonly rest: Buffer } => {
  const messages: Array<Message> = []
  let at = 0
  while (true) {
    const typed = opening && messages.length === 0 ? 0 : 1
    if (buffer.length < at + typed + 4) break
    const end = at + typed + buffer.readInt32BE(at + typed)
    if (buffer.length < end) break
    const type = typed === 0 ? "" : String.fromCharCode(buffer[at]!)
    messages.push({ type, bytes: buffer.subarray(at, end) })
    at = end
  }
  return { messages, rest: buffer.subarray(at) }
}

/** Whether the server answers after this message: Sync, simple Query or Flush end a request. */
export const endsRequest = (message: Message): boolean =>
  message.type === "S" || message.type === "Q" || message.type === "H"

/** The process id and secret of a CancelRequest packet, or `undefined` for another opening packet. */
export const cancelKey = (message: Message): { readonly pid: number; readonly secret: number } | undefined =>
  message.type === "" && message.bytes.length === 16 && message.bytes.readInt32BE(4) === cancelCode
    ? { pid: message.bytes.readInt32BE(8), secret: message.bytes.readInt32BE(12) }
    : undefined

const cancelCode = 80877102

/** Whether a backend message is ReadyForQuery outside any transaction. */
export const isIdle = (message: Message): boolean => message.type === "Z" && message.bytes[5] === 0x49

/** The name (`""` when unnamed) and SQL of the statement that a Parse prepares; `undefined` for another message. */
export const prepared = (message: Message): { readonly name: string; readonly sql: string } | undefined => {
  if (message.type !== "P") return undefined
  return { name: text(message.bytes, 5), sql: text(message.bytes, message.bytes.indexOf(0, 5) + 1) }
}

/** The prepared statement that a Bind is about to run; `undefined` for another message. */
export const bound = (message: Message): string | undefined =>
  message.type === "B" ? text(message.bytes, message.bytes.indexOf(0, 5) + 1) : undefined

/** The prepared statement that a Close drops; `undefined` for another message. */
export const closed = (message: Message): string | undefined =>
  message.type === "C" && message.bytes[5] === 0x53 ? text(message.bytes, 6) : undefined

/** The SQL of a simple Query; `undefined` for another message. */
export const queried = (message: Message): string | undefined =>
  message.type === "Q" ? text(message.bytes, 5) : undefined

/** A simple Query. */
export const query = (sql: string): Buffer => frame("Q", `${sql}\0`)

/** Close for a prepared statement; it needs a Sync after it. */
export const closeStatement = (name: string): Buffer => frame("C", `S${name}\0`)

/** Sync: ends a request, and ends the skipping of messages after an error. */
export const sync = (): Buffer => frame("S", "")

/** The two messages with which a server answers a request that was cancelled outside a transaction. */
export const cancelled = (): ReadonlyArray<Buffer> => [
  frame("E", "SERROR\0VERROR\0C57014\0Mcanceling statement due to user request\0\0"),
  frame("Z", "I")
]

/** The backend's startup answer with another process id and secret in its BackendKeyData. */
export const withKey = (message: Message, pid: number, secret: number): Buffer => {
  if (message.type !== "K") return message.bytes
  const key = Buffer.alloc(8)
  key.writeInt32BE(pid, 0)
  key.writeInt32BE(secret, 4)
  return frame("K", key)
}

const frame = (type: string, body: string | Buffer): Buffer => {
  const content = typeof body === "string" ? Buffer.from(body) : body
  const head = Buffer.alloc(5)
  head.write(type, 0, "latin1")
  head.writeInt32BE(content.length + 4, 1)
  return Buffer.concat([head, content])
}

const text = (bytes: Buffer, from: number): string => bytes.toString("utf8", from, bytes.indexOf(0, from))
