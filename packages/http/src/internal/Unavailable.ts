/** The answer where the store could not be opened: nothing could be run. */
import * as Effect from "effect/Effect"
import { HttpProblem, problemOf } from "../Problem.ts"
import * as Answer from "./Answer.ts"

/** Logs the cause, which the client must not see, and answers 503. */
export const answer = async (cause: unknown): Promise<Response> => {
  await Effect.runPromise(Effect.logError("a request could not be run", cause))
  const { body, headers, status } = Answer.ofProblem(problemOf(
    new HttpProblem({
      status: 503,
      name: "Unavailable",
      reason: "the service cannot answer now: repeat the request later",
      headers: { "retry-after": "1" }
    })
  ))
  return new Response(body, { status, headers })
}
