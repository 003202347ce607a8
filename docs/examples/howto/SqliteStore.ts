/** An event store in a SQLite file, for one or several programs of one machine. */
import { DateTime, Effect, Layer, Option, Result, Stream } from "effect"
import { DatabaseSync, type SQLInputValue } from "node:sqlite"
import { AppendError, Commit, EventId, type EventReader, EventStore, EventStoreError, ExpectedVersion } from "refold"
import { Json, LogHead, NewEvent, Position, ReadOptions, type RecordedEvent, StreamName, StreamVersion } from "refold"

// #region database
const schema = `PRAGMA journal_mode = WAL;
  CREATE TABLE IF NOT EXISTS events (position INTEGER PRIMARY KEY AUTOINCREMENT, stream TEXT, version INTEGER,
    id TEXT UNIQUE, event TEXT, UNIQUE (stream, version)) STRICT;
  CREATE TABLE IF NOT EXISTS keys (key TEXT PRIMARY KEY, fingerprint TEXT, streams TEXT, usedAt INTEGER) STRICT;`

type Row = Readonly<Record<"event" | "fingerprint" | "streams", string> & Record<"position", number>>

const open = (path: string) => {
  const db = new DatabaseSync(path, { timeout: 5000 })
  db.exec(schema)
  const rows = (sql: string, ...values: ReadonlyArray<SQLInputValue>) =>
    // Sound for the columns that a statement returns, because only this file writes the tables.
    db.prepare(sql).all(...values) as unknown as ReadonlyArray<Row>
  return { db, rows }
}
type Sqlite = ReturnType<typeof open>

// IMMEDIATE takes the one write lock of the file at once, so that positions become visible in their order.
const transaction = <A, E>({ db }: Sqlite, body: () => Result.Result<A, E>): Result.Result<A, E> => {
  db.exec("BEGIN IMMEDIATE")
  try {
    const result = body()
    if (Result.isSuccess(result)) db.exec("COMMIT")
    return result
  } finally {
    if (db.isTransaction) db.exec("ROLLBACK")
  }
}

const attempt = <A>(operation: string, body: () => A) =>
  Effect.try({ try: body, catch: (cause) => new EventStoreError.EventStoreError({ operation, cause }) })
// #endregion

// #region append
const append = (db: Sqlite, { idempotency, writes }: Commit.Commit, now: DateTime.Utc) =>
  Result.gen(function*() {
    // A guard, a write without events, is checked and leaves no trace.
    const stored = writes.filter((write) => !Commit.isGuard(write))
    const content = stored.map(({ events, stream }) => [stream, events.map(({ data, type }) => [type, data])])
    // As JSON a given fingerprint is a string, and content an array: the two are never equal.
    const fingerprint = Json.canonical(idempotency?.fingerprint ?? content)
    const earlier = idempotency && (yield* findKey(db, idempotency.key, fingerprint))
    if (earlier) return earlier
    for (const { expected, lastEventId, stream } of writes) {
      const { id, version } = lastOf(db, stream)
      if (!ExpectedVersion.matches(expected, version)) {
        return yield* Result.fail(AppendError.versionConflict(stream, expected, version))
      }
      if (lastEventId !== undefined && lastEventId !== id) {
        return yield* Result.fail(AppendError.versionConflict(stream, expected, version, id))
      }
    }
    const commit = headOf(db) + 1
    const appended = answer(yield* Result.all(stored.map((write) => insert(db, write, now, commit))))
    if (idempotency) {
      const usedAt = idempotency.neverExpires ? null : appended.streams[0].recordedAt.epochMilliseconds
      const streams = JSON.stringify(appended.streams)
      db.rows("INSERT INTO keys VALUES (?, ?, ?, ?)", idempotency.key, fingerprint, streams, usedAt)
    }
    return appended
  })

type Last = Pick<RecordedEvent.RecordedEvent, "version" | "recordedAt"> & { readonly id?: EventId.EventId }
const lastOf = ({ rows }: Sqlite, stream: string): Last => {
  const [last] = rows("SELECT * FROM events WHERE stream = ? ORDER BY version DESC LIMIT 1", stream)
  return last ? eventOf(last) : { version: StreamVersion.none, recordedAt: DateTime.makeUnsafe(0) }
}

const insert = (db: Sqlite, { events, stream }: Commit.StreamWrite, now: DateTime.Utc, commit: number) => {
  const last = lastOf(db, stream)
  const recordedAt = DateTime.max(now, last.recordedAt)
  const version = (index: number) => StreamVersion.StreamVersion(last.version + index + 1)
  const sql = "INSERT INTO events VALUES (NULL, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING RETURNING position"
  for (const [index, event] of events.entries()) {
    const text = JSON.stringify({ ...event, stream, version: version(index), commit, recordedAt })
    const [added] = db.rows(sql, stream, version(index), event.id, text)
    if (!added) return Result.fail(new AppendError.DuplicateEventId({ id: event.id }))
  }
  const ends = { firstVersion: version(0), version: version(events.length - 1), position: headOf(db) }
  return Result.succeed({ stream, ...ends, recordedAt })
}

const findKey = ({ rows }: Sqlite, key: string, fingerprint: string | undefined) => {
  const [found] = rows("SELECT * FROM keys WHERE key = ?", key)
  if (!found) return Result.succeed(undefined)
  const isOther = fingerprint !== undefined && found.fingerprint !== fingerprint
  if (isOther) return Result.fail(new AppendError.IdempotencyConflict({ key }))
  const places: ReadonlyArray<Commit.AppendedStream> = JSON.parse(found.streams)
  return Result.succeed(answer(places.map(withTime), true))
}

const answer = (places: ReadonlyArray<Commit.AppendedStream>, deduplicated = false) =>
  // A commit has at least one write with events, and a place for each.
  Commit.appended(places as unknown as Commit.Appended["streams"], deduplicated)
// #endregion

// #region read
// In JSON a time is a text.
const withTime = <A extends Pick<Last, "recordedAt">>(parsed: A): A => ({
  ...parsed,
  recordedAt: DateTime.makeUnsafe(parsed.recordedAt)
})

const eventOf = (row: Row): RecordedEvent.RecordedEvent => {
  const parsed: RecordedEvent.RecordedEvent = JSON.parse(row.event)
  const position = Position.Position(row.position)
  return { ...withTime(parsed), occurredAt: DateTime.makeUnsafe(parsed.occurredAt), position }
}

const headOf = ({ rows }: Sqlite) =>
  Position.Position(rows("SELECT coalesce(max(position), 0) AS position FROM events")[0]!.position)

type Options = ReadOptions.ReadStreamOptions | ReadOptions.ReadAllOptions
const read = ({ rows }: Sqlite, by: "version" | "position", where: string, value: SQLInputValue, options: Options) => {
  const sql = `SELECT * FROM events WHERE ${where} AND ${by} > ? ORDER BY ${by} LIMIT 500`
  const page = (after: number) =>
    attempt("read", () => {
      const events = rows(sql, value, after).map(eventOf)
      const last = Option.fromUndefinedOr<number | undefined>(events.at(-1)?.[by])
      return [events.filter((event) => ReadOptions.includes(options, event)), last] as const
    })
  return Stream.take(Stream.paginate(options.after ?? 0, page), options.limit ?? Infinity)
}
// #endregion

// #region adapter
/** The event store in the file at this path, which is made if it does not exist. */
export const layer = (path: string): Layer.Layer<EventStore.EventStore | EventReader.EventReader> =>
  Layer.effectContext(Effect.gen(function*() {
    const db = yield* Effect.acquireRelease(Effect.sync(() => open(path)), ({ db }) => Effect.sync(() => db.close()))
    return EventStore.context(adapterOf(db))
  }))

const adapterOf = (db: Sqlite): EventStore.Adapter => {
  // Another one for each program: where an older copy of the file is put back, the programs that use it are restarted.
  const instance = crypto.randomUUID()
  const head = attempt("read the head", () => headOf(db))
  const logHead = Effect.map(head, (position) => ({ position, instance }))
  return {
    commit: Effect.fnUntraced(function*(commit) {
      const checked = yield* Effect.fromResult(Commit.check(commit))
      const now = yield* DateTime.now
      const result = yield* attempt("append", () => transaction(db, () => append(db, checked, now)))
      return yield* Effect.fromResult(result)
    }),
    findAppended: Effect.fnUntraced(function*(idempotency) {
      const { fingerprint, key } = yield* Effect.fromResult(Commit.checkIdempotency(idempotency))
      const given = fingerprint === undefined ? undefined : Json.canonical(fingerprint)
      const result = yield* attempt("find appended", () => findKey(db, key, given))
      return Option.fromUndefinedOr(yield* Effect.fromResult(result))
    }),
    forgetKeys: Effect.fnUntraced(function*(before) {
      const { epochMilliseconds } = yield* Effect.fromResult(NewEvent.checkTime(before, "before"))
      const sql = "DELETE FROM keys WHERE usedAt < ? RETURNING key"
      return yield* attempt("forget keys", () => db.rows(sql, epochMilliseconds).length)
    }),
    inTransaction: Effect.succeed(false),
    readStream: (stream, options = {}) =>
      Effect.fromResult(Result.andThen(StreamName.parse(stream), ReadOptions.check(options))).pipe(
        Effect.as(read(db, "version", "stream = ?", stream, options)),
        Stream.unwrap
      ),
    readAll: (options = {}) =>
      Effect.andThen(Effect.fromResult(ReadOptions.check(options)), head).pipe(
        Effect.map((last) => read(db, "position", "position <= ?", last, options)),
        Stream.unwrap
      ),
    logHead,
    lastInstance: Effect.succeed(instance),
    // Polled, because another program may have appended. A read that fails is tried again at the next tick.
    logHeads: Stream.tick("50 millis").pipe(
      Stream.mapEffect(() => Effect.result(logHead)),
      Stream.filterMap((result) => result),
      Stream.changesWith(LogHead.isSame),
      Stream.buffer({ capacity: 1, strategy: "sliding" })
    ),
    bound: Effect.map(head, (last) => ({ head: last, last, heldBackBy: [] })),
    findEvent: Effect.fnUntraced(function*(id) {
      const checked = yield* Effect.fromResult(EventId.parse(id))
      const [row] = yield* attempt("find event", () => db.rows("SELECT * FROM events WHERE id = ?", checked))
      return Option.map(Option.fromUndefinedOr(row), eventOf)
    }),
    streamVersions: Effect.fnUntraced(function*(streams) {
      const names = streams.map((stream, index) => StreamName.parse(stream, `streams[${index}]`))
      const checked = yield* Effect.fromResult(Result.all(names))
      return yield* attempt("read versions", () => checked.map((stream) => lastOf(db, stream).version))
    })
  }
}
// #endregion
