/*
 * The thread in which a container is started: ending the thread closes every connection to the container engine. It
 * says that it asks the engine, that the engine answers, and then the address or why there is none. A message to it
 * stops the container.
 */
import { parentPort, workerData } from "node:worker_threads"
import { GenericContainer, getContainerRuntimeClient, Wait } from "testcontainers"
import type { Said } from "./ContainerPostgres.ts"

const say = (said: Said): void => parentPort?.postMessage(said)

const start = async (): Promise<void> => {
  say({ _tag: "Asking" })
  await getContainerRuntimeClient()
  say({ _tag: "Answers" })
  const running = await new GenericContainer(`postgres:${workerData}-alpine`)
    .withEnvironment({ POSTGRES_HOST_AUTH_METHOD: "trust" })
    .withCommand(["postgres", "-c", "max_connections=200"])
    .withExposedPorts(5432)
    // The image starts once to initialise the data and then again for good.
    .withWaitStrategy(Wait.forLogMessage(/ready to accept connections/, 2))
    .start()
  parentPort?.once("message", () => void running.stop().then(() => say({ _tag: "Stopped" })))
  say({ _tag: "Started", url: `postgres://postgres@${running.getHost()}:${running.getMappedPort(5432)}/postgres` })
}

start().catch((error: unknown) => say({ _tag: "Failed", reason: String(error) }))
