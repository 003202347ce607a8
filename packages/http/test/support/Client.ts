/** A client of a web handler, without a network. */
import { afterAll, onTestFinished } from "vitest"
import { Http } from "../../src/index.ts"
import { apiOf, layer } from "./Sample.ts"

/** The parts of an answer that tests compare. */
export interface Answered {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  // A test compares the expected value with the actual one.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any
}

/** A client, and its handler. */
export interface Client {
  readonly handler: Http.WebHandler["handler"]
  readonly ask: (method: string, path: string, init?: RequestInit) => Promise<Answered>
  readonly get: (path: string, headers?: Record<string, string>) => Promise<Answered>
  readonly post: (path: string, body: unknown, headers?: Record<string, string>) => Promise<Answered>
}

/** A client of the sample, closed at the end of the test, or of the file outside of a test. */
export const open = (options: Parameters<typeof apiOf>[0] = {}): Client => {
  const web = Http.toWebHandler(apiOf(options), layer)
  const close = () => web.dispose()
  try {
    onTestFinished(close)
  } catch {
    afterAll(close)
  }
  return of(web.handler)
}

/** A client of a handler. */
export const of = (handler: Http.WebHandler["handler"]): Client => {
  const ask = async (method: string, path: string, init: RequestInit = {}): Promise<Answered> => {
    const response = await handler(new Request(`http://localhost${path}`, { ...init, method }))
    const text = await response.text()
    return {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: text === "" ? undefined : JSON.parse(text)
    }
  }
  return {
    handler,
    ask,
    get: (path, headers = {}) => ask("GET", path, { headers }),
    post: (path, body, headers = {}) =>
      ask("POST", path, {
        headers: { "content-type": "application/json", ...headers },
        body: typeof body === "string" ? body : JSON.stringify(body)
      })
  }
}
