/** The answer if the store could not be opened. */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { HttpProblem, problemOf } from "../Problem.ts"
import { correlationIdOf } from "../RequestHeaders.ts"
import * as Answer from "./Answer.ts"
import { log } from "./FailureLog.ts"

/** Logs the cause, which the client must not see, and answers 503, with the correlation id of the request if it has one. */
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
  const correlation = Result.getOrUndefined(correlationIdOf(request.headers))
  const more = correlation === undefined ? {} : { "x-correlation-id": correlation }
  return Answer.toResponse(request, Answer.ofProblem(problem), more)
}
