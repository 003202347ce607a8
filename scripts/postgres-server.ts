/*
 * A separate PostgreSQL for a benchmark: from local binaries, on loopback, with the settings of `initdb`,
 * fsync on. Prints its url and stops when its input closes.
 */
import * as LocalPostgres from "../packages/postgres/test/support/LocalPostgres.ts"

const server = await LocalPostgres.start(process.env["REFOLD_PG_VERSION"] ?? "18")
process.stdout.write(`${server.url}\n`)
process.stdin.resume()
process.stdin.once("end", () => void server.stop())
// Ignored, because the parent process ends it by closing its input.
process.on("SIGINT", () => {})
