// A folder of the embedded database has one owner at a time, also across containers, and a new one soon after its owner crashed.
import { spawnSync } from "node:child_process"
import { execFileSync } from "node:child_process"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from "vitest"
import * as ProcessSpace from "../../src/embedded/internal/ProcessSpace.ts"
import * as EmbeddedStore from "../support/EmbeddedStore.ts"
import * as FolderOwners from "../support/FolderOwners.ts"

let folder = ""
let started: Array<FolderOwners.FolderProcess> = []

beforeEach(() => {
  folder = Fs.mkdtempSync(Path.join(Os.tmpdir(), "refold-lock-"))
})

afterEach(async () => {
  await Promise.all(started.map((process) => process.kill()))
  started = []
  Fs.rmSync(folder, { recursive: true, force: true })
})

const start = (options?: Parameters<typeof FolderOwners.start>[1]) => {
  const process = FolderOwners.start(folder, options)
  started.push(process)
  return process
}

const lockFile = () => Path.join(folder, "refold.lock")

/** Opens the folder in two processes: the second is refused while the first one runs, and reads its rows after it has ended. */
const takeTurns = async (options?: Parameters<typeof FolderOwners.start>[1]) => {
  await EmbeddedStore.fill(folder)
  const first = start(options)
  expect(await first.line()).toBe("opened")
  const refused = await start(options).line()
  for (let n = 0; n < 20; n++) expect(await first.send("insert")).toBe("inserted")
  await first.kill()
  const second = start(options)
  expect(await second.line()).toBe("opened")
  expect(await second.send("insert")).toBe("inserted")
  expect(await second.send("count")).toBe("21")
  return { first, refused }
}

describe("a folder that others could write to is refused at once if its lock file is", () => {
  const refused = (why: string) => `The folder ${folder} cannot be used: ${lockFile()} is ${why}`

  test("a link to nothing", async () => {
    Fs.symlinkSync(Path.join(folder, "nothing"), lockFile())
    expect(await start().line()).toBe(refused("a link"))
  })

  test("a link to an endless device", async () => {
    Fs.symlinkSync("/dev/zero", lockFile())
    expect(await start().line()).toBe(refused("a link"))
  })

  test("a pipe", async () => {
    execFileSync("mkfifo", [lockFile()])
    expect(await start().line()).toBe(refused("not a file"))
  })
})

describe("a folder that a process has open", () => {
  test("is refused to another process with the owner's host and start, and opens there once the first is killed", async () => {
    const { first, refused } = await takeTurns()
    expect(refused).toMatch(
      new RegExp(
        `^The folder ${folder} is in use: process ${first.child.pid} on ${Os.hostname()}, since 20.*Z\\. Close it`
      )
    )
  })

  test.skipIf(!FolderOwners.canUnshare)(
    `is refused to a process of another container with the same pid${
      FolderOwners.canUnshare ? "" : " (skipped: this machine allows no pid namespaces)"
    }`,
    async () => {
      const { refused } = await takeTurns({ apart: true })
      expect(refused).toContain("is in use: process 1 on ")
    }
  )

  test("is lost by a process that is suspended for long: its queries fail when it resumes, and the new owner's rows are kept", async () => {
    await EmbeddedStore.fill(folder)
    const first = start()
    expect(await first.line()).toBe("opened")
    expect(await first.send("insert")).toBe("inserted")
    first.child.kill("SIGSTOP")
    const second = start()
    expect(await second.line()).toBe("opened")
    first.child.kill("SIGCONT")
    expect(await first.send("insert")).toMatch(/^failed /)
    expect(await second.send("insert")).toBe("inserted")
    expect(await second.send("count")).toBe("2")
  })

  test("keeps its lock and its rows when it is opened again through links, in its own process and in others", async () => {
    const links = ["one", "two"].map((name) => Path.join(folder, name))
    const data = Path.join(folder, "data")
    Fs.mkdirSync(data)
    await EmbeddedStore.fill(data)
    for (const link of links) Fs.symlinkSync(data, link)
    const startOn = (path: string) => {
      const process = FolderOwners.start(path)
      started.push(process)
      return process
    }
    const first = startOn(links[0]!)
    expect(await first.line()).toBe("opened")
    for (const path of [links[1]!, data, `${links[0]!}/.`]) {
      expect(await first.send(`open ${path}`)).toMatch(/^FolderInUse .* process \d+ on /)
      expect(await first.send("insert")).toBe("inserted")
      expect(await startOn(path).line()).toMatch(/^The folder .* is in use: process /)
      expect(Fs.existsSync(Path.join(data, "refold.lock"))).toBe(true)
    }
    // A link that is changed later has no effect.
    Fs.rmSync(links[0]!)
    Fs.symlinkSync(folder, links[0]!)
    expect(await first.send("insert")).toBe("inserted")
    expect(await startOn(data).line()).toMatch(/is in use/)
    await first.kill()
    const second = startOn(links[1]!)
    expect(await second.line()).toBe("opened")
    expect(await second.send("count")).toBe("4")
    expect(Fs.readdirSync(folder).toSorted()).toEqual(["data", "one", "two"])
  })

  test("is in use while its database is being created", async () => {
    expect(await start({ lockOnly: true }).line()).toBe("Held")
    Fs.mkdirSync(Path.join(folder, "base"))
    expect(await start().line()).toContain("is in use: process ")
  })

  test("is free at once if the process exits without closing it", async () => {
    await EmbeddedStore.fill(folder)
    const first = start()
    expect(await first.line()).toBe("opened")
    await expect(first.send("exit")).rejects.toThrow("has ended")
    expect(Fs.existsSync(lockFile())).toBe(false)
  })
})

describe("a stale lock", () => {
  /** A lock of an ended process whose pid is in use again. */
  const leave = (text: string) => Fs.writeFileSync(lockFile(), text)

  test("is taken over, although a process with its pid runs", async () => {
    leave(`000000000007 ${JSON.stringify({ token: "t", host: Os.hostname(), pid: process.pid, since: "2026" })}\n`)
    expect(await start({ lockOnly: true }).line()).toBe("Held")
  })

  // By the count alone the owner would be running. Writes into the open file, so that it is not created again after a take-over.
  const keepCounting = (owner: Readonly<Record<string, unknown>>): void => {
    const file = Fs.openSync(lockFile(), "wx")
    let count = 0
    const write = () =>
      void Fs.writeSync(
        file,
        `${String(++count).padStart(12, "0")} ${JSON.stringify({ token: "t", host: "h", since: "2026", ...owner })}\n`,
        0
      )
    write()
    const timer = setInterval(write, 50)
    onTestFinished(() => {
      clearInterval(timer)
      Fs.closeSync(file)
    })
  }

  const deadPid = () => spawnSync(process.execPath, ["-e", ""]).pid

  test.skipIf(ProcessSpace.own === undefined)(
    `is taken over at once where its owner has certainly ended${
      ProcessSpace.own === undefined ? " (skipped: this machine does not show its pid namespace)" : ""
    }`,
    async () => {
      keepCounting({ pid: deadPid(), space: ProcessSpace.own })
      expect(await start({ lockOnly: true }).line()).toBe("Held")
    }
  )

  test("is not taken over while its count changes, although no process here has its pid", async () => {
    keepCounting({ pid: deadPid(), space: "another machine" })
    expect(await start({ lockOnly: true }).line()).toBe("InUse")
  })

  test.each(["", "7", "not a lock"])("is taken over if its content is %j", async (text) => {
    leave(text)
    expect(await start({ lockOnly: true }).line()).toBe("Held")
  })

  test("is taken over by one of several processes that open the folder together", async () => {
    leave("7")
    const lines = await Promise.all(Array.from({ length: 6 }, () => start({ lockOnly: true }).line()))
    expect(lines.toSorted()).toEqual(["Held", ...Array.from({ length: 5 }, () => "InUse")])
    expect(Fs.readdirSync(folder)).toEqual(["refold.lock"])
  })
})
