/** The worker whose programs run on PostgreSQL. Without a program, it answers the reader's statements. */
import * as Database from "../postgres/Database.ts"
import * as Embedded from "../postgres/Embedded.ts"
import * as PostgresModules from "../postgres/Modules.ts"
import * as NodeGlobals from "../postgres/NodeGlobals.ts"
import * as SqlStatement from "../postgres/SqlStatement.ts"
import * as MemoryModules from "../run/Modules.ts"
import { serve } from "../run/Serve.ts"

NodeGlobals.define()
serve({
  load: async (recorder, assets) => {
    await Embedded.use(await Database.originOf(assets))
    return new Map([...MemoryModules.make(recorder), ...PostgresModules.make(recorder)])
  },
  keep: async () => (await Embedded.last().dumpDataDir("none")).arrayBuffer(),
  query: (statement) => SqlStatement.run(Embedded.last(), statement).catch(SqlStatement.messageOf)
})
