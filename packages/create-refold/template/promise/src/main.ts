/** The program: serves until SIGTERM, Ctrl-C or an error. Then the server is closed first, and the store after it. */
import { once } from "node:events"
import { address } from "./Environment.ts"
import { nodeServer } from "./NodeServer.ts"
import { open } from "./Service.ts"
import { store } from "./Store.ts"

const service = await open(store)
const server = nodeServer(service.handler)

const stopped = new Promise<void>((resolve) => {
  for (const signal of ["SIGTERM", "SIGINT"]) process.once(signal, () => resolve())
})

try {
  await once(server.listen(address), "listening")
  console.log("Listening on", server.address())
  await Promise.race([stopped, service.failed])
} finally {
  const closed = new Promise((resolve) => server.close(resolve))
  await service.endRequests()
  await closed
  await service.close()
  console.log("Closed.")
}
