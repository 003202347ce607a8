/*
 * A container engine that starts no containers: an HTTP server on a Unix socket that answers like Docker but
 * cannot pull the image, or that accepts connections and never answers.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Fs from "node:fs"
import * as Http from "node:http"
import * as Os from "node:os"
import * as Path from "node:path"

/** A running engine. */
export interface FakeEngine {
  /** For DOCKER_HOST. */
  readonly host: string
  /** The paths of the requests, without the version of the API. */
  readonly requests: ReadonlyArray<string>
  /** The connections that are open now. */
  readonly open: () => Promise<number>
}

const answers: Record<string, unknown> = {
  "/info": { ServerVersion: "27.0", OperatingSystem: "fake", OSType: "linux", Architecture: "x86_64", Plugins: {} },
  "/networks/bridge": { IPAM: { Config: [{ Gateway: "127.0.0.1" }] } },
  "/containers/json": []
}

/** Starts an engine. */
export const start = (
  { isSilent }: { readonly isSilent: boolean }
): Effect.Effect<FakeEngine, never, Scope.Scope> =>
  Effect.acquireRelease(Effect.promise(() => listen(isSilent)), ({ shut }) => Effect.promise(shut))

const listen = async (isSilent: boolean): Promise<FakeEngine & { readonly shut: () => Promise<void> }> => {
  const folder = Fs.mkdtempSync(Path.join(Os.tmpdir(), "refold-engine-"))
  const socket = Path.join(folder, "engine.sock")
  const requests: Array<string> = []
  const server = Http.createServer((request, response) => {
    const path = (request.url ?? "").replace(/^\/v[\d.]+/, "").replace(/\?.*/, "")
    requests.push(path)
    if (isSilent) return
    const answer = answers[path]
    response.writeHead(answer === undefined ? 404 : 200, { "content-type": "application/json" })
    response.end(JSON.stringify(answer ?? { message: "there is no registry here" }))
  })
  await new Promise<void>((resolve) => server.listen(socket, resolve))
  return {
    host: `unix://${socket}`,
    requests,
    open: () => new Promise((resolve) => server.getConnections((_, count) => resolve(count))),
    shut: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      Fs.rmSync(folder, { recursive: true })
    }
  }
}
