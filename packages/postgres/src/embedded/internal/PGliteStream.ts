/*
 * Byte streams that connect a PostgreSQL wire driver to a PGlite in the same process: the driver uses each stream as a
 * connection, and all of them share PGlite's one session in turns.
 */
import { Duplex } from "node:stream"
import * as PGliteConnection from "./PGliteConnection.ts"
import * as PGliteSession from "./PGliteSession.ts"
import * as Messages from "./PgMessages.ts"

/** The connections to one PGlite. */
export interface PGliteStreams {
  /** Opens a connection; it takes the place of a socket. */
  readonly connect: () => Duplex
  /** Closes every connection and resolves when nothing of them is left in the session. */
  readonly close: () => Promise<void>
}

/**
 * Shares `db` between streams. A stream owns the session from its first request until the server is idle; one that
 * is destroyed inside a transaction rolls back before the next owner's turn; a request that PGlite cannot run fails
 * its stream. All connections share settings made with SET, temporary tables and session locks.
 */
export const make = (db: PGliteSession.Engine): PGliteStreams => {
  const session = PGliteSession.make(db)
  const entries = new Map<number, Entry>()
  let opened = 0
  return {
    connect: () => openStream(session, entries, ++opened),
    close: async () => {
      for (const { stream } of entries.values()) stream.destroy()
      const release = await session.turn()
      release()
    }
  }
}

/** An open stream and the secret that a CancelRequest for it must contain. */
interface Entry {
  readonly stream: Duplex
  readonly secret: number
  readonly connection: PGliteConnection.PGliteConnection
}

const openStream = (session: PGliteSession.Session, entries: Map<number, Entry>, pid: number): Duplex => {
  // Positive, for the protocol reads it as a signed number.
  const secret = crypto.getRandomValues(new Uint32Array(1))[0]! >>> 1
  let unread = Buffer.alloc(0)
  let opening = true

  const openWith = (packet: Messages.Message): void => {
    opening = false
    const key = Messages.cancelKey(packet)
    if (key === undefined) return connection.greet(packet, pid, secret)
    const entry = entries.get(key.pid)
    if (entry?.secret === key.secret) entry.connection.cancel()
    stream.destroy()
  }
  const take = async (chunk: Buffer): Promise<void> => {
    const { messages, rest } = Messages.cut(Buffer.concat([unread, chunk]), opening)
    unread = Buffer.from(rest)
    for (const message of messages) {
      if (message.type === "X") stream.destroy()
      if (stream.destroyed) return
      if (opening) openWith(message)
      else await connection.receive(message)
    }
  }
  const stream = new Duplex({
    read: () => {},
    write: (chunk: Buffer, _encoding, done) => void take(chunk).then(() => done(), done),
    final: (done) => {
      done()
      stream.destroy()
    },
    destroy: (error, done) => {
      entries.delete(pid)
      const finish = (): void => done(error)
      connection.close().then(finish, finish)
    }
  })
  const connection = PGliteConnection.open(session, (bytes) => void (stream.destroyed || stream.push(bytes)))
  entries.set(pid, { stream, secret, connection })
  return stream
}
