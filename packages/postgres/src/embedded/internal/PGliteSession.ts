/*
 * The one backend session of a PGlite, shared in turns: a client owns it from its first request until the server
 * is idle again, so transactions never mix. What a real server drops with a connection (an open transaction,
 * prepared statements, LISTEN) is dropped here when a client leaves.
 */
import type { PGlite } from "@electric-sql/pglite"
import * as Messages from "./PgMessages.ts"

/** Passes the session on. A second call does nothing, so a turn cannot be passed on twice. */
export type Release = () => void

/** The state of the session for one client. */
export interface Client {
  /** Takes the bytes meant for this client. */
  readonly deliver: (bytes: Buffer) => void
  /** The SQL of its prepared statements, by name. */
  readonly statements: Map<string, string>
  /** Channels it listens to, as written in its LISTEN. */
  readonly channels: Set<string>
}

/** A PGlite that several clients share. Requests run synchronously, so no request is in progress between turns. */
export interface Session {
  /** The answer to a startup packet. It takes no turn: PGlite's session is already open. */
  readonly greet: (startup: Buffer) => ReadonlyArray<Messages.Message>
  /** Waits for the session; the caller owns it until it calls the result. */
  readonly turn: () => Promise<Release>
  /** Runs one request of the owner and delivers the answer. True when the server is idle afterwards. */
  readonly run: (client: Client, request: ReadonlyArray<Messages.Message>) => boolean
  /** Adds a client, which from then on receives notifications. */
  readonly join: (client: Client) => void
  /** Removes a client and all it left in the session, in the turn that it holds or else in a new one. */
  readonly leave: (client: Client, held: Release | undefined) => Promise<void>
}

/** The part of a PGlite that a session uses. */
export type Engine = Pick<PGlite, "execProtocolRawSync">

/** Opens the session of `db` for sharing. No other code may use `db` meanwhile. */
export const make = (db: Engine): Session => {
  const clients = new Set<Client>()
  const turn = makeTurns()
  let greeting: ReadonlyArray<Messages.Message> | undefined

  const exchange = (request: Buffer): ReadonlyArray<Messages.Message> => {
    // PGlite reuses its buffer for the next answer, so the answer is copied.
    const answer = Messages.cut(Buffer.from(db.execProtocolRawSync(request))).messages
    for (const message of answer) {
      if (message.type !== "A") continue
      for (const client of clients) client.deliver(message.bytes)
    }
    return answer.filter((message) => message.type !== "A")
  }

  const hasListener = (channel: string) => Array.from(clients).some((client) => client.channels.has(channel))

  const run = (client: Client, request: ReadonlyArray<Messages.Message>): boolean => {
    const dropped = remember(client, request)
    const answer = exchange(Buffer.concat(request.map((message) => message.bytes)))
    // One UNLISTEN ends the channel for the whole session: listen again for the others.
    for (const channel of dropped.filter(hasListener)) exchange(Messages.query(`LISTEN ${channel}`))
    for (const message of answer) client.deliver(message.bytes)
    const last = answer.at(-1)
    return last !== undefined && Messages.isIdle(last)
  }

  const leave = async (client: Client, held: Release | undefined): Promise<void> => {
    clients.delete(client)
    if (held === undefined && client.statements.size + client.channels.size === 0) return
    const release = held ?? await turn()
    try {
      exchange(Messages.sync())
      if (held !== undefined) exchange(Messages.query("ROLLBACK"))
      const channels = Array.from(client.channels).filter((channel) => !hasListener(channel))
      for (const channel of channels) exchange(Messages.query(`UNLISTEN ${channel}`))
      const statements = Array.from(client.statements.keys(), Messages.closeStatement)
      exchange(Buffer.concat([...statements, Messages.sync()]))
    } finally {
      release()
    }
  }

  return {
    greet: (startup) => greeting ??= exchange(startup),
    turn,
    run,
    join: (client) => void clients.add(client),
    leave
  }
}

/** First come, first served. */
const makeTurns = (): () => Promise<Release> => {
  let last: Promise<void> = Promise.resolve()
  return () => {
    const before = last
    let release: Release = () => {}
    last = new Promise((resolve) => {
      release = resolve
    })
    return before.then(() => release)
  }
}

/** Records the prepared statements and channels of a request; returns the channels it stopped listening to. */
const remember = (client: Client, request: ReadonlyArray<Messages.Message>): ReadonlyArray<string> =>
  request.flatMap((message) => {
    const prepared = Messages.prepared(message)
    if (prepared !== undefined) client.statements.set(prepared.name, prepared.sql)
    const closed = Messages.closed(message)
    if (closed !== undefined) client.statements.delete(closed)
    const bound = Messages.bound(message)
    const sql = bound === undefined ? Messages.queried(message) : client.statements.get(bound)
    return sql === undefined ? [] : rememberChannel(client, sql)
  })

const rememberChannel = (client: Client, sql: string): ReadonlyArray<string> => {
  const [verb = "", channel] = wordAndRest(sql)
  if (channel === undefined || !/^(un)?listen$/i.test(verb)) return []
  if (verb.toLowerCase() === "listen") {
    client.channels.add(channel)
    return []
  }
  const dropped = channel === "*" ? Array.from(client.channels) : [channel]
  for (const name of dropped) client.channels.delete(name)
  return dropped
}

// The first word of a statement, and the rest of it on one line, without a semicolon at the end. Not a single pattern, whose
// time would grow with the third power of the number of spaces.
const wordAndRest = (sql: string): readonly [word?: string, rest?: string] => {
  const text = sql.trim()
  const end = text.search(/\s/)
  if (end < 0) return []
  const rest = text.slice(end).trim()
  const channel = rest.endsWith(";") ? rest.slice(0, -1).trimEnd() : rest
  return channel === "" || /[\n\r]/.test(channel) ? [] : [text.slice(0, end), channel]
}
