// #region suite
import { EventStoreSuite, ProcessSuite } from "@refold/laws"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll } from "vitest"
import { layer } from "../../examples/howto/SqliteApp.ts"

const folder = mkdtempSync(join(tmpdir(), "refold-sqlite-"))
afterAll(() => rmSync(folder, { recursive: true }))

EventStoreSuite.suite("the SQLite store", layer(join(folder, "laws.db")))
ProcessSuite.suite("processes on the SQLite store", layer(join(folder, "processes.db")), { runs: 5 })
// #endregion
