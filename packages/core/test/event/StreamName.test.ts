import * as Result from "effect/Result"
import { describe, expect, it } from "vitest"
import * as StreamName from "../../src/event/StreamName.ts"
import { failureOf, malformed, stream } from "../support/Sample.ts"

describe("a stream name", () => {
  it("is its category and its id with a dash between", () => {
    expect(StreamName.make("account", "42")).toEqual(Result.succeed("account-42"))
  })

  it.each([
    ["account-42", "account", "42"],
    ["account-a-b--c", "account", "a-b--c"],
    ["a--", "a", "-"],
    ["účet-🐎", "účet", "🐎"]
  ])("%s is split at the first dash", (name, category, id) => {
    expect(StreamName.category(stream(name))).toBe(category)
    expect(StreamName.id(stream(name))).toBe(id)
    expect(StreamName.make(category, id)).toEqual(Result.succeed(name))
  })

  it("has 255 UTF-16 units at most", () => {
    expect(Result.isSuccess(StreamName.parse(`a-${"x".repeat(253)}`))).toBe(true)
    expect(failureOf(StreamName.parse(`a-${"x".repeat(254)}`)).message)
      .toBe("stream must not be longer than 255 characters")
    expect(Result.isSuccess(StreamName.parse(`ab-${"🐎".repeat(126)}`))).toBe(true)
    expect(Result.isFailure(StreamName.parse(`abc-${"🐎".repeat(126)}`))).toBe(true)
  })
})

describe("parse refuses, naming the input and the rule:", () => {
  it.each<[string, unknown, string]>([
    ["an empty name", "", "must be a text that is not empty"],
    ["a number", 42, "must be a text that is not empty"],
    ["undefined", undefined, "must be a text that is not empty"],
    ["a name without a dash", "account", "must be category-id, both not empty"],
    ["a name without a category", "-42", "must be category-id, both not empty"],
    ["a name without an id", "account-", "must be category-id, both not empty"],
    ["NUL", "account-\u0000", "must not contain the character \\u0000"],
    ["a lone surrogate", "account-\ud800", "must not contain a lone surrogate"]
  ])("%s", (_, name, rule) => {
    expect(failureOf(StreamName.parse(malformed(name))).message).toBe(`stream ${rule}`)
    expect(failureOf(StreamName.parse(malformed(name), "row 7")).message).toBe(`row 7 ${rule}`)
  })
})

describe("make refuses, naming the category, the id or the whole:", () => {
  it.each([
    ["", "1", "category must not be empty"],
    ["\ufeffa", "1", "category must not begin with a byte order mark"],
    ["a\nb", "1", "category must not contain a control character or a line break"],
    ["account", "1\u001b[2J", "stream must not contain a control character or a line break"],
    ["bank-account", "1", "category must not contain a dash"],
    ["\u0000", "1", "category must not contain the character \\u0000"],
    ["\udfff", "1", "category must not contain a lone surrogate"],
    ["account", "", "id must be a text that is not empty"],
    ["account", malformed(undefined), "id must be a text that is not empty"],
    ["account", malformed(null), "id must be a text that is not empty"],
    ["account", malformed(7), "id must be a text that is not empty"],
    ["account", malformed(Promise.resolve("1")), "id must be a text that is not empty"],
    ["account", "\u0000", "stream must not contain the character \\u0000"],
    ["account", "x".repeat(248), "stream must not be longer than 255 characters"]
  ])("%j with %j", (category, id, message) => expect(failureOf(StreamName.make(category, id)).message).toBe(message))
})
