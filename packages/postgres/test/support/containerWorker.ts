/*
 * The thread in which a container is started: ending the thread closes every connection to the container engine. It
 * posts that it connects to the engine, that the engine answers, and then the url or the reason of a failure. A message to it
 * stops the container.
 */
import { parentPort, workerData } from "node:worker_threads"
import { GenericContainer, getContainerRuntimeClient, Wait } from "testcontainers"
import type { Message } from "./ContainerPostgres.ts"

const post = (message: Message): void => parentPort?.postMessage(message)

const start = async (): Promise<void> => {
  post({ _tag: "Connecting" })
  await getContainerRuntimeClient()
  post({ _tag: "Answers" })
  const running = await new GenericContainer(`postgres:${workerData}-alpine`)
    .withEnvironment({ POSTGRES_HOST_AUTH_METHOD: "trust" })
    .withCommand(["postgres", "-c", "max_connections=200"])
    .withExposedPorts(5432)
    // The image starts once to initialise the data and then a second time.
    .withWaitStrategy(Wait.forLogMessage(/ready to accept connections/, 2))
    .start()
  parentPort?.once("message", () => void running.stop().then(() => post({ _tag: "Stopped" })))
  post({ _tag: "Started", url: `postgres://postgres@${running.getHost()}:${running.getMappedPort(5432)}/postgres` })
}

start().catch((error: unknown) => post({ _tag: "Failed", reason: String(error) }))
