/** A process that holds one store: changes that a store makes in its process, like parsers of `pg`, do not affect others. */
import type { Session } from "./Peer.ts"
import { entryOf, type PeerName } from "./Peers.ts"
import type { Answered, Job, Request, Response } from "./Protocol.ts"
import { type Measure, Missing } from "./Task.ts"
import { tasks } from "./Tasks.ts"

// Its parent checked the name.
const loading = entryOf(process.argv[2] as PeerName).load()

const sessions = new Map<string, Promise<Session>>()
const prepared = new Map<string, Measure>()

const open = (url: string): Promise<Session> => {
  const opening = sessions.get(url) ?? loading.then((peer) => peer.open(url))
  sessions.set(url, opening)
  return opening
}

const keyOf = ({ size, task, url }: Job): string => JSON.stringify([url, task, size])

const prepare = async (job: Job): Promise<void> => {
  prepared.set(keyOf(job), await tasks[job.task](await open(job.url), job.size))
}

const measure = async (job: Job, round: number): Promise<Answered> => {
  const measureOnce = prepared.get(keyOf(job))
  if (measureOnce === undefined) throw new Error(`${job.task} was not prepared`)
  const before = process.cpuUsage()
  const measured = await measureOnce(round)
  const { system, user } = process.cpuUsage(before)
  return { ...measured, cpuMicros: system + user }
}

const close = async ({ url }: Job): Promise<void> => {
  const session = await sessions.get(url)
  sessions.delete(url)
  for (const key of prepared.keys()) if ((JSON.parse(key) as [string])[0] === url) prepared.delete(key)
  await session?.close()
}

const act = async (request: Request): Promise<Answered | undefined> => {
  switch (request.ask) {
    case "prepare":
      await prepare(request)
      return undefined
    case "measure":
      return measure(request, request.round)
    case "close":
      await close(request)
      return undefined
  }
}

const respond = async (request: Request): Promise<Response> => {
  const { id } = request
  try {
    return { id, _tag: "Answered", answer: await act(request) }
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error)
    return { id, _tag: "Failed", problem, isMissing: error instanceof Missing }
  }
}

process.on("message", (request: Request) => void respond(request).then((response) => process.send?.(response)))
process.once("disconnect", () => process.exit())
// The first request reports the error of a module that cannot be loaded.
loading.catch(() => {})
