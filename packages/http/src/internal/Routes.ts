/** The routes of an API, and the search for the route of a path. */
import { invalid, type InvalidInput } from "@refold/core/event/InvalidInput"
import * as Result from "effect/Result"

/** The routes, by name: the paths are relative to the prefix. */
export const routes = {
  Command: { method: "POST", path: "/{aggregate}/{id}/{command}" },
  State: { method: "GET", path: "/{aggregate}/{id}" },
  Row: { method: "GET", path: "/rows/{projection}/{key}" },
  Rows: { method: "GET", path: "/rows/{projection}" },
  Events: { method: "GET", path: "/events" },
  OpenApi: { method: "GET", path: "/openapi.json" },
  Health: { method: "GET", path: "/health" },
  Ready: { method: "GET", path: "/ready" }
} as const

/** The name of a route. */
export type RouteName = keyof typeof routes

/** A route, and the values of the parameters in its path. */
export interface Match {
  readonly name: RouteName
  readonly parameters: Readonly<Record<string, string>>
}

/** The segments that are fixed at the beginning of a path, so that no aggregate can have their name. */
export const reserved: ReadonlyArray<string> = ["rows"]

/** The route of a path; `undefined` if there is none. Fails with `InvalidInput` if the path is not percent-encoded UTF-8. */
export const find = (pathname: string, prefix: string): Result.Result<Match | undefined, InvalidInput> => {
  if (!pathname.startsWith(`${prefix}/`)) return Result.succeed(undefined)
  const segments = pathname.slice(prefix.length + 1).split("/")
  return Result.map(decode(segments), (decoded) => {
    for (const [name, pattern] of patterns) {
      const parameters = matchOne(pattern, segments, decoded)
      if (parameters !== undefined) return { name, parameters }
    }
    return undefined
  })
}

/** The segments of a pattern. */
const patterns = Object.entries(routes)
  .map(([name, { path }]) => [name as RouteName, path.slice(1).split("/")] as const)
  // Fixed segments before parameters: `/rows/{projection}` before `/{aggregate}/{id}`.
  .toSorted(([, one], [, other]) => Number(one[0]!.startsWith("{")) - Number(other[0]!.startsWith("{")))

const decode = (segments: ReadonlyArray<string>): Result.Result<ReadonlyArray<string>, InvalidInput> => {
  try {
    return Result.succeed(segments.map((segment) => decodeURIComponent(segment)))
  } catch {
    return invalid("path", "must be percent-encoded UTF-8")
  }
}

const matchOne = (
  pattern: ReadonlyArray<string>,
  segments: ReadonlyArray<string>,
  decoded: ReadonlyArray<string>
): Match["parameters"] | undefined => {
  if (pattern.length !== segments.length) return undefined
  const parameters: Array<[string, string]> = []
  for (const [index, part] of pattern.entries()) {
    const value = decoded[index]!
    if (!part.startsWith("{")) {
      if (part !== value) return undefined
    } else if (value === "") return undefined
    else parameters.push([part.slice(1, -1), value])
  }
  return Object.fromEntries(parameters)
}
