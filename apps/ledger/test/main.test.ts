import { createServer } from "node:net"
import { describe, expect, it } from "vitest"
import * as Folders from "./support/Folders.ts"
import * as Ledger from "./support/Ledger.ts"

/** A port of this machine on which nothing listens. */
const closedPort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address()
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 1))
    })
  })

const oneLine = /^ledger: [^\n]+\n$/

describe("the command line", () => {
  it("prints its help", async () => {
    const { code, stderr, stdout } = await Ledger.run(["--help"])
    expect([code, stderr]).toEqual([0, ""])
    expect(stdout).toContain("--data DIR")
  })

  it.each([[["--colour"], "--colour"], [["--chapter", "tme-travel"], "tme-travel"]])(
    "answers %o with one line and exit code 2",
    async (args, word) => {
      const { code, stderr, stdout } = await Ledger.run(args)
      expect([code, stdout]).toEqual([2, ""])
      expect(stderr).toMatch(oneLine)
      expect(stderr).toContain(word)
    }
  )

  it.each([[], ["--json"]])(
    "answers a database that cannot be reached with one line and exit code 1 (%s)",
    async (...args) => {
      const { code, stderr, stdout } = await Ledger.run(args, {
        DATABASE_URL: `postgres://nobody:secret@127.0.0.1:${await closedPort()}/none`
      })
      expect([code, stdout]).toEqual([1, ""])
      expect(stderr).toMatch(oneLine)
      expect(stderr).toContain("DATABASE_URL cannot be used")
      expect(stderr).not.toContain("secret")
    }
  )

  it("answers --sql without DATABASE_URL with one line and exit code 2", async () => {
    const { code, stderr, stdout } = await Ledger.run(["--sql"])
    expect([code, stdout]).toEqual([2, ""])
    expect(stderr).toMatch(oneLine)
    expect(stderr).toContain("--sql needs DATABASE_URL")
  })

  it("answers a missing folder with one line and exit code 1", async () => {
    const { code, stderr, stdout } = await Ledger.run(["--data", "/nowhere/at/all", "--json"])
    expect([code, stdout]).toEqual([1, ""])
    expect(stderr).toBe("ledger: /nowhere/at/all/account.asc: must be a file that can be read: there is no such file\n")
  })

  it("answers a malformed row with one line that names file, row and rule", async () => {
    const folder = Folders.make({
      transactions: Folders.edit(Folders.transactionLines, 3, (text) => text.replace("200.00", "200"))
    })
    const { code, stderr } = await Ledger.run(["--data", folder])
    expect(code).toBe(1)
    expect(stderr).toMatch(oneLine)
    expect(stderr).toContain(
      `${folder}/trans.asc, row 2 (line 3), column "amount": must be an amount with two decimals`
    )
  })
})
