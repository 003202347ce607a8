/*
 * One client of the shared session: it gathers messages into requests, waits for its turn before the first of them
 * and keeps the session until the server is idle.
 */
import type * as PGliteSession from "./PGliteSession.ts"
import * as Messages from "./PgMessages.ts"

/** A connection as the driver uses it. */
export interface PGliteConnection {
  /** Answers a startup packet; from then on the connection receives notifications. */
  readonly greet: (startup: Messages.Message, pid: number, secret: number) => void
  /** Takes the next message and resolves when it is handled; rejects when PGlite cannot run its request. */
  readonly receive: (message: Messages.Message) => Promise<void>
  /** Answers the request that waits for the session, if any, as cancelled. One that runs cannot be stopped. */
  readonly cancel: () => void
  /** Rolls back an open transaction and gives up the session; resolves when nothing of it is left in the session. */
  readonly close: () => Promise<void>
}

/** Opens a connection that answers through `deliver`. */
export const open = (session: PGliteSession.Session, deliver: (bytes: Buffer) => void): PGliteConnection => {
  const client: PGliteSession.Client = { deliver, statements: new Map(), channels: new Set() }
  const wait = makeWait(session)
  let request: Array<Messages.Message> = []
  let held: PGliteSession.Release | undefined
  let closed = false

  const receive = async (message: Messages.Message): Promise<void> => {
    request.push(message)
    if (!Messages.endsRequest(message)) return
    const complete = request
    request = []
    held ??= await wait.turn()
    if (held === undefined) return Messages.cancelled().forEach(deliver)
    if (closed) return held()
    if (!session.run(client, complete)) return
    held()
    held = undefined
  }

  return {
    receive,
    greet: (startup, pid, secret) => {
      for (const message of session.greet(startup.bytes)) deliver(Messages.withKey(message, pid, secret))
      session.join(client)
    },
    cancel: wait.cancel,
    close: () => {
      closed = true
      return session.leave(client, held)
    }
  }
}

/** A cancellable wait for a turn. The turn of a cancelled wait passes to the next one in the queue. */
const makeWait = (session: PGliteSession.Session) => {
  let cancel = (): void => {}
  return {
    cancel: () => cancel(),
    turn: (): Promise<PGliteSession.Release | undefined> =>
      new Promise((resolve) => {
        let waiting = true
        const settle = (release: PGliteSession.Release | undefined): void => {
          if (waiting) resolve(release)
          else release?.()
          waiting = false
        }
        cancel = () => settle(undefined)
        void session.turn().then(settle)
      })
  }
}
