// A stream that ends in any way leaves nothing in the shared session; one that cannot be served fails.
import { PGlite } from "@electric-sql/pglite"
import { once } from "node:events"
import type { Duplex } from "node:stream"
import { afterAll, beforeAll, expect, test } from "vitest"
import * as PGliteStream from "../../src/embedded/internal/PGliteStream.ts"
import * as Messages from "../../src/embedded/internal/PgMessages.ts"

let db: PGlite
let streams: PGliteStream.PGliteStreams
beforeAll(async () => {
  db = await PGlite.create()
  streams = PGliteStream.make(db)
})
afterAll(async () => {
  await streams.close()
  if (!db.closed) await db.close()
})

/** An opening packet: its length, then `words`, then `tail`. */
const packet = (words: ReadonlyArray<number>, tail = ""): Buffer => {
  const body = Buffer.alloc(words.length * 4 + 4)
  body.writeInt32BE(body.length + tail.length, 0)
  for (const [at, word] of words.entries()) body.writeInt32BE(word, at * 4 + 4)
  return Buffer.concat([body, Buffer.from(tail)])
}

/** Opens a connection; its key is what a CancelRequest needs. */
const connect = async () => {
  const stream = streams.connect()
  const answer = await send(stream, packet([3 << 16], "user\0postgres\0\0"))
  const key = answer.find((message) => message.type === "K")!.bytes
  return { stream, pid: key.readInt32BE(5), secret: key.readInt32BE(9) }
}

/** Sends a request and collects the answer up to ReadyForQuery. */
const send = async (stream: Duplex, request: Buffer): Promise<ReadonlyArray<Messages.Message>> => {
  const received: Array<Buffer> = []
  const collect = (chunk: Buffer) => void received.push(chunk)
  stream.on("data", collect)
  stream.write(request)
  while (Messages.cut(Buffer.concat(received)).messages.at(-1)?.type !== "Z") await once(stream, "data")
  stream.off("data", collect)
  return Messages.cut(Buffer.concat(received)).messages
}

const types = (messages: ReadonlyArray<Messages.Message>) => messages.map((message) => message.type).join("")
const value = async (sql: string) => {
  const { stream } = await connect()
  const row = (await send(stream, Messages.query(sql))).find((message) => message.type === "D")
  stream.destroy()
  return row?.bytes.toString("utf8", 11)
}

test("a stream destroyed in a transaction rolls back before the next one is served", async () => {
  const { stream } = await connect()
  await send(stream, Messages.query("create table doomed (id int)"))
  await send(stream, Messages.query("begin; insert into doomed values (1)"))
  const next = value("select count(*) from doomed")
  stream.destroy()
  expect(await next).toBe("0")
})

test("a stream that ends while it listens stops listening, and its prepared statements are dropped", async () => {
  const { stream } = await connect()
  await send(stream, Messages.query("listen gossip"))
  const parse = Buffer.from("P\0\0\0\x15mine\0select 1\0\0\0", "latin1")
  parse.writeInt32BE(parse.length - 1, 1)
  await send(stream, Buffer.concat([parse, Messages.sync()]))
  const left = "select (select count(*) from pg_listening_channels()) + (select count(*) from pg_prepared_statements)"
  expect(await value(left)).toBe("2")
  // Terminate.
  stream.end(Buffer.from([0x58, 0, 0, 0, 4]))
  await once(stream, "close")
  expect(await value(left)).toBe("0")
})

test("a channel is recognised with any spaces around it, also a hundred thousand without delay", async () => {
  const { stream } = await connect()
  const spaces = " ".repeat(100_000)
  for (
    const sql of [`listen ${spaces}`, `listen a${spaces}b`, `${spaces}listen a${spaces}\n;b`, `listen${spaces}\t"x;`]
  ) {
    expect(types(await send(stream, Messages.query(sql)))).toContain("E")
  }
  for (const sql of [`${spaces}LISTEN${spaces}rumour${spaces};${spaces}`, "\n\tlisten\tgossip", "listen hearsay;"]) {
    expect(types(await send(stream, Messages.query(sql)))).toBe("CZ")
  }
  expect(await value("select count(*) from pg_listening_channels()")).toBe("3")
  stream.end(Buffer.from([0x58, 0, 0, 0, 4]))
  await once(stream, "close")
  expect(await value("select count(*) from pg_listening_channels()")).toBe("0")
})

test("a request in several chunks is served when it is complete", async () => {
  const { stream } = await connect()
  const whole = Messages.query("select 'pieces'")
  stream.write(whole.subarray(0, 3))
  stream.write(whole.subarray(3, 9))
  expect(types(await send(stream, whole.subarray(9)))).toBe("TDCZ")
  stream.destroy()
})

test("a CancelRequest on a new stream cancels the waiting request that it names, and only with the right secret", async () => {
  const owner = await connect()
  const waiter = await connect()
  await send(owner.stream, Messages.query("begin"))
  const answer = send(waiter.stream, Messages.query("select 1"))
  const cancel = async (secret: number) => {
    const stream = streams.connect()
    stream.end(packet([80877102, waiter.pid, secret]))
    await once(stream, "close")
  }
  await cancel(waiter.secret ^ 1)
  const first = await Promise.race([answer.then(() => "answered"), cancel(-1).then(() => "still waiting")])
  expect(first).toBe("still waiting")
  await cancel(waiter.secret)
  expect(types(await answer)).toBe("EZ")
  await send(owner.stream, Messages.query("commit"))
  expect(types(await send(waiter.stream, Messages.query("select 1")))).toBe("TDCZ")
  owner.stream.destroy()
  waiter.stream.destroy()
})

test("a stream that is destroyed while it waits passes its turn on", async () => {
  const owner = await connect()
  const waiter = await connect()
  await send(owner.stream, Messages.query("begin"))
  waiter.stream.write(Messages.query("create table never (id int)"))
  waiter.stream.destroy()
  await send(owner.stream, Messages.query("commit"))
  expect(await value("select to_regclass('never') is null")).toBe("t")
  owner.stream.destroy()
})

test("a request that PGlite cannot run fails its stream", async () => {
  const { stream } = await connect()
  await db.close()
  const failed = once(stream, "error")
  stream.write(Messages.query("select 1"))
  expect(await failed).toHaveLength(1)
})
