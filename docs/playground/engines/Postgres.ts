/** The worker whose programs run on PostgreSQL, and answer the reader's statements when they have ended. */
import "../postgres/NodeGlobals.ts"
import * as Database from "../postgres/Database.ts"
import * as Embedded from "../postgres/Embedded.ts"
import * as PostgresModules from "../postgres/Modules.ts"
import type { FromDatabase, ToDatabase } from "../postgres/Protocol.ts"
import * as SqlStatement from "../postgres/SqlStatement.ts"
import * as Modules from "../run/Modules.ts"
import { serve } from "../run/Serve.ts"

// Kept, because a worker that runs a program has it no more.
const post: (message: FromDatabase) => void = postMessage.bind(globalThis)

const answer = async (message: ToDatabase): Promise<void> => {
  switch (message._tag) {
    case "Prepare":
      return post({ _tag: "Prepared", prepared: await Database.prepare(message.files) })
    case "Open":
      await Embedded.use(message.prepared)
      return serve({ load: async (recorder) => new Map([...Modules.make(recorder), ...PostgresModules.make(recorder)]) })
    case "Query":
      return post({ _tag: "Answered", table: await SqlStatement.run(Embedded.last()!, message.statement) })
  }
}

addEventListener("message", ({ data }: MessageEvent<ToDatabase>) => {
  answer(data).catch((error: unknown) => post({ _tag: "Failed", message: SqlStatement.messageOf(error) }))
})
