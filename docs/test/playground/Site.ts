/** A small site with playgrounds, built and served on loopback, and the browser that opens it. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process"
import { once } from "node:events"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { type Browser, chromium } from "playwright-core"
import { root } from "../Quotes.ts"

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
const mac = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"

/** The path of a Chromium: that of CHROMIUM, or the first one that is installed. */
export const browserPath = (): string | undefined => {
  const given = process.env["CHROMIUM"]
  if (given !== undefined && given !== "") return given
  const folders = (process.env["PATH"] ?? "").split(Path.delimiter)
  return [...names.flatMap((name) => folders.map((folder) => Path.join(folder, name))), mac].find(Fs.existsSync)
}

/** Why tests in a browser are skipped. */
export const noBrowser =
  "no Chromium was found: install Debian's package `chromium`, or set CHROMIUM to the path of one"

/** Starts the browser. As root it has no sandbox, which it would refuse to start with. */
export const launch = (executablePath: string): Promise<Browser> =>
  chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ["--no-sandbox"] : [] })

/** Builds the site into a new folder. */
export const build = (): string => {
  const folder = Fs.mkdtempSync(Path.join(Os.tmpdir(), "refold-playground-"))
  const docs = Path.join(root, "docs")
  const { NODE_OPTIONS: _, VITEST: __, NODE_ENV: ___, ...env } = process.env
  execFileSync(
    process.execPath,
    [
      Path.join(docs, "node_modules/astro/bin/astro.mjs"),
      "build",
      "--root",
      "test/playground/site",
      "--outDir",
      folder
    ],
    { cwd: docs, env: { ...env, ASTRO_TELEMETRY_DISABLED: "1" }, stdio: "pipe" }
  )
  return folder
}

/** Serves a folder, until the process is killed. */
export const serve = async (folder: string): Promise<{ readonly process: ChildProcess; readonly address: string }> => {
  const child = spawn(process.execPath, [Path.join(root, "docs/scripts/serve.mjs"), folder], {
    env: { ...process.env, PORT: "0" },
    stdio: ["ignore", "pipe", "inherit"]
  })
  const [line] = await once(child.stdout, "data")
  return { process: child, address: /http:\/\/127\.0\.0\.1:\d+/.exec(String(line))![0] }
}
