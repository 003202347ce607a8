/** Finds the part of an API that a path is for, and runs it. */
import type { InvalidInput } from "@refold/core/event/InvalidInput"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type * as Answer from "./Answer.ts"
import type { Api } from "./Definition.ts"
import * as EventStream from "./EventStream.ts"
import * as Health from "./Health.ts"
import * as ReadRows from "./ReadRows.ts"
import * as ReadState from "./ReadState.ts"
import * as Routes from "./Routes.ts"
import * as SendCommand from "./SendCommand.ts"
import type { Services } from "./Services.ts"

/** The state of a handler between requests. */
export interface HandlerState {
  readonly inFlight: Set<string>
  readonly closing: Effect.Effect<void>
  /** The OpenAPI document, made with the first request for it. */
  readonly document: () => Answer.Answer
}

/** A part of an API. */
export interface Found {
  readonly method: "GET" | "POST"
  readonly run: <R>(
    api: Api<R>,
    request: Request,
    url: URL,
    state: HandlerState
  ) => Effect.Effect<Answer.Answer, unknown, Services | R>
}

/** The part that a path is for; undefined if there is none. Fails with `InvalidInput` for a path that is malformed. */
export const resolve = (
  { aggregates, events, prefix, rows }: Api<unknown>,
  pathname: string
): Result.Result<Found | undefined, InvalidInput> =>
  Result.map(Routes.find(pathname, prefix), (match) => {
    const run = match === undefined ? undefined : runOf(match, { aggregates, events, rows })
    return match === undefined || run === undefined ? undefined : { method: Routes.routes[match.name].method, run }
  })

const runOf = (
  { name, parameters }: Routes.Match,
  { aggregates, events, rows }: Pick<Api<unknown>, "aggregates" | "events" | "rows">
): Found["run"] | undefined => {
  switch (name) {
    case "OpenApi":
      return (_api, _request, _url, { document }) => Effect.sync(document)
    case "Health":
      return Health.health
    case "Ready":
      return Health.ready
    case "Events":
      return events && ((api, request, url, { closing }) => EventStream.open(api, request, url, events, closing))
    case "Rows":
    case "Row":
      return rowsRun(parameters, rows)
    case "Command":
    case "State":
      return aggregateRun(parameters, aggregates)
  }
}

const rowsRun = (
  { key, projection: name = "" }: Routes.Match["parameters"],
  resources: Api<unknown>["rows"]
): Found["run"] | undefined => {
  const rows = resources.get(name)
  if (rows === undefined) return undefined
  return key === undefined
    ? (api, request, url) => ReadRows.page(api, request, url, { name, rows })
    : (api, request, url) => ReadRows.one(api, request, url, { name, rows, key })
}

const aggregateRun = (
  { aggregate: name = "", command, id = "" }: Routes.Match["parameters"],
  resources: Api<unknown>["aggregates"]
): Found["run"] | undefined => {
  const aggregate = resources.get(name)
  if (aggregate === undefined) return undefined
  if (command === undefined) {
    return aggregate.state && ((api, request, url) => ReadState.read(api, request, url, { name, aggregate, id }))
  }
  return aggregate.commands.has(command)
    ? (api, request, url, { inFlight }) =>
      SendCommand.send(api, request, url, { name, aggregate, id, command }, inFlight)
    : undefined
}
