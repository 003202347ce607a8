/*
 * A PostgreSQL of its own for a program that measures: from local binaries, on loopback, with the settings of `initdb`,
 * fsync on. Prints its url and stops when its input closes.
 */
import * as LocalPostgres from "../packages/postgres/test/support/LocalPostgres.ts"

const server = await LocalPostgres.start(process.env["REFOLD_PG_VERSION"] ?? "18")
process.stdout.write(`${server.url}\n`)
process.stdin.resume()
process.stdin.once("end", () => void server.stop())
// Its parent ends it, in good order.
process.on("SIGINT", () => {})
