// `npm run docs` serves the built pages on loopback.
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import * as Fs from "node:fs"
import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import * as Os from "node:os"
import * as Path from "node:path"
import { afterAll, afterEach, expect, it } from "vitest"
import { root } from "./Quotes.ts"

let server: Server | undefined
let program: ChildProcess | undefined
const folder = Fs.mkdtempSync(Path.join(Os.tmpdir(), "refold-docs-"))
const site = Path.join(folder, "site")
Fs.mkdirSync(Path.join(site, "start"), { recursive: true })
Fs.writeFileSync(Path.join(folder, "secret.txt"), "secret")
for (
  const [path, text] of [["index.html", "home"], ["start/index.html", "start"], ["404.html", "not found"]] as const
) {
  Fs.writeFileSync(Path.join(site, path), text)
}

afterEach(() => {
  server?.close()
  program?.kill()
})

afterAll(() => Fs.rmSync(folder, { recursive: true }))

const serve = (args: ReadonlyArray<string>, port: string): ChildProcess => {
  program = spawn(process.execPath, [Path.join(root, "docs/scripts/serve.mjs"), ...args], {
    env: { ...process.env, PORT: port }
  })
  return program
}

/** What a program that ends prints, and its exit code. */
const ended = async (child: ChildProcess): Promise<{ readonly printed: string; readonly code: unknown }> => {
  let printed = ""
  child.stdout!.on("data", (chunk) => printed += chunk)
  child.stderr!.on("data", (chunk) => printed += chunk)
  const [code] = await once(child, "close")
  return { printed, code }
}

it.each(["--check", site])("a port in use is reported in one line", async (argument) => {
  server = createServer().listen(0, "127.0.0.1")
  await once(server, "listening")
  const { port } = server.address() as AddressInfo
  expect(await ended(serve([argument], String(port)))).toEqual({
    printed: `docs: port ${port} of 127.0.0.1 is in use; name another: PORT=4322 npm run docs\n`,
    code: 2
  })
})

it("a port that is not a number is reported in one line", async () => {
  expect(await ended(serve(["--check"], "http"))).toEqual({
    printed: "docs: PORT must be an integer from 0 to 65535, but is \"http\"\n",
    code: 2
  })
})

it("a site that is not built is reported in one line", async () => {
  expect(await ended(serve([folder], "0"))).toEqual({
    printed: `docs: ${folder} has no index.html; build the site first: npm run docs:build\n`,
    code: 2
  })
})

it("pages are served below the folder, and nothing above it", async () => {
  const [line] = await once(serve([site], "0").stdout!, "data")
  const base = /http:\/\/127\.0\.0\.1:\d+/.exec(String(line))![0]
  const get = async (path: string) => {
    const response = await fetch(base + path)
    return { status: response.status, text: await response.text() }
  }
  expect(await get("/")).toEqual({ status: 200, text: "home" })
  expect(await get("/start/")).toEqual({ status: 200, text: "start" })
  expect(await get("/start")).toEqual({ status: 200, text: "start" })
  expect(await get("/nope/")).toEqual({ status: 404, text: "not found" })
  expect(await get("/..%2fsecret.txt")).toEqual({ status: 404, text: "not found" })
})
