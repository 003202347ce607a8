/** A receiver of webhooks on this machine that notes what arrives, and fails and stalls at random. */
import { Effect } from "effect"
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import { Webhook } from "standardwebhooks"
import { random } from "../../../packages/postgres/test/support/Seed.ts"

/** A request that arrived with a good signature. */
export interface Arrival {
  readonly key: string
  readonly wallet: string
  readonly cents: number
  /** Whether it was answered as the sender needs it. */
  readonly isAccepted: boolean
}

const secret = `whsec_${Buffer.from("a secret of more than 24 bytes").toString("base64")}`

// Of 100 requests, 8 fail after they were noted, and 2 get no answer.
const answers = (): number | "stall" => {
  const chance = random()
  return chance < 0.08 ? 500 : chance < 0.1 ? "stall" : 200
}

const listen = async (arrivals: Array<Arrival>, forged: Array<string>): Promise<Server> => {
  const server = createServer((request, response) => {
    let body = ""
    request.on("data", (part: Buffer) => body += part.toString())
    request.on("end", () => receive(request, response, body))
  })
  const receive = (request: IncomingMessage, response: ServerResponse, body: string): void => {
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]))
    try {
      new Webhook(secret).verify(body, headers)
    } catch {
      forged.push(body)
    }
    const answer = answers()
    const { cents, wallet } = JSON.parse(body).data
    arrivals.push({ key: headers["webhook-id"]!, wallet, cents, isAccepted: answer === 200 })
    if (answer !== "stall") response.writeHead(answer).end()
  }
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  return server
}

/** Starts a receiver; it ends when the scope closes. `forged` are the bodies without a good signature. */
export const start = Effect.map(
  Effect.acquireRelease(
    Effect.promise(async () => {
      const arrivals: Array<Arrival> = []
      const forged: Array<string> = []
      return { arrivals, forged, server: await listen(arrivals, forged) }
    }),
    ({ server }) => Effect.sync(() => server.close().closeAllConnections())
  ),
  ({ server, ...noted }) => {
    const address = server.address()
    return { ...noted, secret, url: `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}/` }
  }
)
