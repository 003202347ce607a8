/** The worker whose programs run on PostgreSQL. Without a program, it answers the reader's statements. */
import "../postgres/NodeGlobals.ts"
import * as Database from "../postgres/Database.ts"
import * as Embedded from "../postgres/Embedded.ts"
import * as PostgresModules from "../postgres/Modules.ts"
import type { FromDatabase, ToDatabase } from "../postgres/Protocol.ts"
import * as SqlStatement from "../postgres/SqlStatement.ts"
import type { Modules } from "../run/Engine.ts"
import * as MemoryModules from "../run/Modules.ts"
import type { Recorder } from "../run/Recorder.ts"
import { serve } from "../run/Serve.ts"

// Kept, because a worker that runs a program has it no more.
const post: (message: FromDatabase) => void = postMessage.bind(globalThis)

const opened = Promise.withResolvers<void>()

const answer = async (message: ToDatabase): Promise<void> => {
  if (message._tag === "Prepare") return post({ _tag: "Prepared", prepared: await Database.prepare(message.files) })
  if (message._tag === "Query") {
    await opened.promise
    return post({ _tag: "Answered", table: await SqlStatement.run(Embedded.last(), message.statement) })
  }
  if (message._tag !== "Open") return
  opened.resolve(Embedded.use(message.prepared))
  // A run has no message for an engine that fails: the page hears of an error of the worker.
  await serve({ load, keep: () => Embedded.last().dumpDataDir("none") }).catch(reportError)
}

const load = async (recorder: Recorder): Promise<Modules> => {
  await opened.promise
  return new Map([...MemoryModules.make(recorder), ...PostgresModules.make(recorder)])
}

addEventListener("message", ({ data }: MessageEvent<ToDatabase>) => {
  answer(data).catch((error: unknown) => post({ _tag: "Failed", message: SqlStatement.messageOf(error) }))
})
