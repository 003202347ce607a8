import { describe, expect, it } from "vitest"
import { parse } from "../src/internal/Arguments.ts"

describe("the arguments", () => {
  it.each([
    [["my-app"], { _tag: "Create", name: "my-app", flavour: undefined }],
    [["my-app", "--effect"], { _tag: "Create", name: "my-app", flavour: "effect" }],
    [["--promise", "my-app"], { _tag: "Create", name: "my-app", flavour: "promise" }],
    [[], { _tag: "Create", name: undefined, flavour: undefined }],
    [["my-app", "--nonsense", "--help"], { _tag: "Help" }],
    [["-v"], { _tag: "Version" }]
  ])("%j are accepted", (args, expected) => {
    expect(parse(args)).toEqual(expected)
  })

  it.each([
    [["my-app", "--efect"], "unknown flag \"--efect\""],
    [["my-app", "--effect", "--promise"], "exclude each other"],
    [["my-app", "other"], "\"other\" is a second one"],
    [["My App"], "must be 1 to 100 lower-case letters"],
    [["../app"], "must be 1 to 100 lower-case letters"],
    [[".app"], "must be 1 to 100 lower-case letters"],
    [["a\nb"], "\"a\\nb\""],
    [["a".repeat(101)], "must be 1 to 100"],
    [["node_modules"], "is reserved by npm"]
  ])("%j are refused in one line", (args, reason) => {
    const request = parse(args)
    expect(request).toEqual({ _tag: "Wrong", line: expect.stringContaining(reason) })
  })
})
