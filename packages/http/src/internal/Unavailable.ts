/** The answer if the store could not be opened. */
import * as Effect from "effect/Effect"
import { HttpProblem, problemOf } from "../Problem.ts"
import * as Answer from "./Answer.ts"
import { log } from "./FailureLog.ts"

/** Logs the cause, which the client must not see, and answers 503. */
export const answer = async (request: Request, cause: unknown): Promise<Response> => {
  const problem = problemOf(
    new HttpProblem({
      status: 503,
      name: "Unavailable",
      reason: "the service cannot answer now: repeat the request later",
      headers: { "retry-after": "1" }
    })
  )
  await Effect.runPromise(log(request, problem, { error: cause, all: cause }))
  const { body, headers, status } = Answer.ofProblem(problem)
  return new Response(body, { status, headers })
}
