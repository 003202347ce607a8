/** A program that `npm start` runs, and requests to it. */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { createServer } from "node:http"
import { delimiter, dirname } from "node:path"

/** A program that listens. */
export interface Started {
  /** Sends a request, and gives its status and its body. */
  readonly ask: (path: string, body?: unknown) => Promise<{ readonly status: number; readonly body: unknown }>
  /** Sends SIGTERM to the process group, waits for the end, and returns the output. npm itself ends by the signal. */
  readonly stop: () => Promise<string>
}

/** Runs npm in a folder, on the given Node. */
const npm = (args: ReadonlyArray<string>, folder: string, node: string, env: NodeJS.ProcessEnv) => {
  // The first Node of the path runs npm and its scripts.
  const path = [dirname(node), env["PATH"] ?? ""].join(delimiter)
  // A process group of its own, as a terminal or a supervisor gives it.
  const child = spawn("npm", [...args], {
    cwd: folder,
    detached: true,
    env: { ...env, PATH: path },
    stdio: ["ignore", "pipe", "pipe"]
  })
  let printed = ""
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => printed += text)
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve))
  return { child, ended, printed: () => printed }
}

/** Runs a script of a created project to its end. */
export const runScript = async (script: string, folder: string, node: string, env: NodeJS.ProcessEnv) => {
  const { ended, printed } = npm(["run", script], folder, node, env)
  return { exit: await ended, printed: printed() }
}

/** Starts a created project, and waits until it listens. Fails if it ends before. */
export const start = async (folder: string, node: string, env: NodeJS.ProcessEnv): Promise<Started> => {
  const { child, ended, printed } = npm(["start"], folder, node, { ...env, PORT: "0" })
  const port = await new Promise<string>((resolve, reject) => {
    child.stdout.on("data", () => {
      const found = /port: (\d+)/.exec(printed())?.[1]
      if (found !== undefined) resolve(found)
    })
    void ended.then(() => reject(new Error(printed())))
  })
  return {
    ask: async (path, body) => {
      const init = body === undefined ? {} : {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body)
      }
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, init)
      return { status: answer.status, body: await answer.json() }
    },
    stop: async () => {
      process.kill(-child.pid!, "SIGTERM")
      await ended
      return printed()
    }
  }
}

/** A collector of telemetry that keeps the paths of the requests. */
export const collect = async () => {
  const paths = new Set<string | undefined>()
  const server = createServer((request, answer) => {
    paths.add(request.url)
    request.resume().once("end", () => answer.end("{}"))
  })
  await once(server.listen(0, "127.0.0.1"), "listening")
  const address = server.address()
  const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`
  return {
    url,
    paths,
    close: () => {
      server.close()
      server.closeAllConnections()
    }
  }
}
