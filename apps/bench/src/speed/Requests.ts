/** Requests that wait for their answers, by number. */
import type { Answered, Request, Response } from "./Protocol.ts"
import { Missing } from "./Task.ts"

/** The requests to one process. */
export interface Requests {
  /** Sends a request and waits; rejects with the error of the process, or if it ends or does not answer in time. */
  readonly ask: (request: Omit<Request, "id">) => Promise<Answered | undefined>
  readonly answer: (response: Response) => void
  /** Rejects all requests, also later ones. */
  readonly end: (reason: string) => void
  readonly hasEnded: () => boolean
}

interface Waiting {
  readonly resolve: (answer: Answered | undefined) => void
  readonly reject: (error: Error) => void
}

// Ends a hang: the longest preparation fills a log of millions of events.
const limit = 30 * 60_000

/** Without requests at first; `stop` ends a process that does not answer. */
export const make = (send: (request: Request) => void, stop: () => void): Requests => {
  const waiting = new Map<number, Waiting>()
  let last = 0
  let ended: string | undefined
  const take = (id: number): Waiting | undefined => {
    const request = waiting.get(id)
    waiting.delete(id)
    return request
  }
  const ask: Requests["ask"] = async (request) => {
    if (ended !== undefined) throw new Error(ended)
    const id = ++last
    const timer = setTimeout(() => {
      take(id)?.reject(new Error(`no answer within ${limit / 60_000} minutes`))
      stop()
    }, limit)
    const answered = new Promise<Answered | undefined>((resolve, reject) => waiting.set(id, { resolve, reject }))
    send({ ...request, id })
    return answered.finally(() => clearTimeout(timer))
  }
  return {
    ask,
    answer: (response) => {
      if (response._tag === "Answered") take(response.id)?.resolve(response.answer)
      else take(response.id)?.reject(new (response.isMissing ? Missing : Error)(response.problem))
    },
    end: (reason) => {
      ended = reason
      for (const id of waiting.keys()) take(id)?.reject(new Error(reason))
    },
    hasEnded: () => ended !== undefined
  }
}
