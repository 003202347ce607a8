import * as Data from "effect/Data"
import * as Option from "effect/Option"
import {
  AppendError,
  CommandInvalid,
  EventStoreError,
  ExpectedVersion,
  InvalidInput,
  StreamVersion,
  Together
} from "refold"
import { Refused as PromiseRefused } from "refold/promise"
import { describe, expect, it } from "vitest"
import { Problem, problemOf } from "../src/index.ts"
import { streamOf } from "./support/Failing.ts"

class Refused extends Error {
  readonly refusal = { _tag: "Closed", since: 7n }
}

class Own extends Data.TaggedError("Own")<{ readonly why: string; readonly cause: unknown }> {}

describe("problemOf", () => {
  it("has a type, a title, a status and a detail, as RFC 9457 requires", () => {
    const { body, headers, status } = problemOf(new InvalidInput.InvalidInput({ field: "limit", rule: "must be 1" }))
    expect([status, headers["content-type"]]).toEqual([400, "application/problem+json"])
    expect(body).toEqual({
      type: "urn:refold:problem:InvalidInput",
      title: "Invalid input",
      status: 400,
      detail: "limit must be 1",
      field: "limit",
      rule: "must be 1"
    })
  })

  it("has all issues of a malformed command", () => {
    const issues = [{ path: "a", message: "m" }, { path: "b[0]", message: "n" }] as const
    expect(problemOf(new CommandInvalid.CommandInvalid({ issues })).body).toMatchObject({ issues })
  })

  it("has the actual version of a conflict, null without a stream", () => {
    const conflict = (version: number) =>
      AppendError.versionConflict(streamOf("a-b"), ExpectedVersion.Exact(3), StreamVersion.StreamVersion(version))
    expect(problemOf(conflict(4))).toMatchObject({ status: 412, body: { actual: 4 } })
    expect(problemOf(conflict(0))).toMatchObject({ status: 412, body: { actual: null } })
    expect(problemOf(conflict(4), { conditional: false })).toMatchObject({
      status: 409,
      headers: { "retry-after": "1" }
    })
  })

  it("treats a value that is not an Error as a refusal, and shows the refusal of an Error", () => {
    expect(problemOf({ _tag: "Full", free: 3 })).toMatchObject({
      status: 422,
      body: { refusal: { _tag: "Full", free: 3 } }
    })
    expect(problemOf({ _tag: "VersionConflict", mine: true })).toMatchObject({
      status: 422,
      body: { refusal: { mine: true } }
    })
    expect(problemOf("Closed", { refusal: 409 })).toMatchObject({ status: 409, body: { refusal: "Closed" } })
    expect(problemOf(new Refused())).toMatchObject({ status: 422, body: { refusal: { _tag: "Closed", since: "7" } } })
    expect(problemOf(new Together.PartRefused({ stream: streamOf("a-b"), refusal: "No" })))
      .toMatchObject({ status: 422, body: { stream: "a-b", refusal: "No" } })
  })

  it("treats the Refused of a store with promises as its refusal", () => {
    const refused = new PromiseRefused({ refusal: { _tag: "Full" } })
    expect(problemOf(refused, { refusal: 409 })).toMatchObject({ status: 409, body: { refusal: { _tag: "Full" } } })
  })

  it("gives refusals of operators a status of their own", () => {
    expect(problemOf({ _tag: "UnknownInstance", instance: "42" })).toMatchObject({
      status: 404,
      body: { instance: "42" }
    })
  })

  it("hides an unknown error", () => {
    for (const error of [new Error("secret"), new Own({ why: "secret", cause: "secret" }), undefined, null]) {
      const { body, status } = problemOf(error)
      expect([status, body.type]).toEqual([500, "urn:refold:problem:Defect"])
      expect(JSON.stringify(body)).not.toContain("secret")
    }
  })

  it("hides the cause of a failed store", () => {
    const secret = new Error("secret")
    const lost = new EventStoreError.EventStoreError({ operation: "secret", cause: secret })
    const lasting = new EventStoreError.EventStoreError({ operation: "secret", cause: secret, isPermanent: true })
    expect([problemOf(lost).status, problemOf(lasting).status]).toEqual([503, 500])
    expect(JSON.stringify([problemOf(lost), problemOf(lasting)])).not.toContain("secret")
  })
})

it("refusalOf shows the fields of an Error that is a refusal, without its stack and cause", () => {
  expect(Problem.refusalOf(new Own({ why: "because", cause: "secret" })).body).toMatchObject({
    detail: "the command was refused: Own",
    refusal: { _tag: "Own", why: "because" }
  })
  expect(JSON.stringify(Problem.refusalOf(new Own({ why: "because", cause: "secret" })))).not.toContain("secret")
})

it("a refusal that JSON cannot hold is shown without the parts that it cannot hold", () => {
  const circle: Record<string, unknown> = { _tag: "Circle" }
  circle["self"] = circle
  expect(Problem.refusalOf(circle).body).toMatchObject({ refusal: null, detail: "the command was refused: Circle" })
  expect(
    Problem.refusalOf({ _tag: "A", some: Option.some(1), none: Option.none(), f: () => 1, n: NaN }).body["refusal"]
  )
    .toEqual({ _tag: "A", some: 1, none: null, n: null })
})
