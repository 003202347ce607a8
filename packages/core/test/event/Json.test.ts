import * as Result from "effect/Result"
import { describe, expect, it } from "vitest"
import * as Json from "../../src/event/Json.ts"
import { failureOf } from "../support/Sample.ts"

const stored = (value: unknown) => Result.getOrThrow(Json.storable(value, "data"))
const refusal = (value: unknown) => failureOf(Json.storable(value, "data"))

describe("storable", () => {
  it.each([null, true, false, 0, -1.5, 1e308, 5e-324, Number.MAX_SAFE_INTEGER, "", "žluť 🐎", [], {}])(
    "keeps %j as it is",
    (value) => expect(stored(value)).toEqual(value)
  )

  it("keeps nested arrays and objects as they are", () => {
    const value = { list: [1, ["two", { three: null }], []], object: { "": { "a b": true } } }
    expect(stored(value)).toEqual(value)
  })

  it("leaves out properties that are undefined", () => {
    expect(Object.keys(stored({ a: undefined, b: 1 }) as object)).toEqual(["b"])
  })

  it("orders keys as jsonb does, at any depth, whatever their order in the input", () => {
    const text = `{"1":0,"10":0,"b":0,"z":{"b":1,"aa":[{"c":3,"bb":2}]},"aa":0,"é":0}`
    expect(JSON.stringify(stored({ é: 0, z: { aa: [{ bb: 2, c: 3 }], b: 1 }, aa: 0, b: 0, 10: 0, 1: 0 }))).toBe(text)
    expect(JSON.stringify(stored(JSON.parse(text)))).toBe(text)
  })

  it("turns -0 into 0, at any depth", () => {
    expect(Object.is(stored(-0), 0)).toBe(true)
    expect(Object.is((stored({ a: [-0] }) as { a: Array<number> }).a[0], 0)).toBe(true)
  })

  it("keeps __proto__ and constructor as data", () => {
    const value = stored(JSON.parse(`{"__proto__": {"admin": true}, "constructor": 1}`)) as object
    expect(Object.hasOwn(value, "__proto__")).toBe(true)
    expect(JSON.stringify(value)).toBe(`{"__proto__":{"admin":true},"constructor":1}`)
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
    expect("admin" in value).toBe(false)
  })

  it("accepts an object without a prototype", () => {
    expect(stored(Object.assign(Object.create(null), { a: 1 }))).toEqual({ a: 1 })
  })

  it("returns a copy that is frozen at every level", () => {
    const value = { list: [{ a: 1 }] }
    const copy = stored(value) as typeof value
    value.list[0]!.a = 2
    value.list.push({ a: 3 })
    expect(copy).toEqual({ list: [{ a: 1 }] })
    expect(Object.isFrozen(value)).toBe(false)
    for (const part of [copy, copy.list, copy.list[0]]) expect(Object.isFrozen(part)).toBe(true)
  })
})

describe("storable refuses, naming the path and the rule:", () => {
  it.each<[string, unknown, string]>([
    ["undefined", undefined, "data must be JSON, not undefined"],
    ["undefined in an array", [1, undefined], "data[1] must be JSON, not undefined"],
    ["a hole in an array", Object.assign([], { 1: "b" }), "data[0] must be JSON, not undefined"],
    ["a bigint", { a: [0, { b: 1n }] }, "data.a[1].b must be JSON, not bigint"],
    ["a function", { f: () => 1 }, "data.f must be JSON, not function"],
    ["a symbol", [Symbol("s")], "data[0] must be JSON, not symbol"],
    ["NaN", { a: NaN }, "data.a must be a finite number"],
    ["Infinity", [Infinity], "data[0] must be a finite number"],
    ["-Infinity", -Infinity, "data must be a finite number"],
    ["a Date", { at: new Date(0) }, "data.at must be a plain object, not Date"],
    ["a Map", new Map(), "data must be a plain object, not Map"],
    ["a boxed string", [new String("a")], "data[0] must be a plain object, not String"],
    ["an instance of a class", {
      p: new (class Point {
        x = 1
      })()
    }, "data.p must be a plain object, not Point"],
    [
      "an object of no known class",
      Object.create(Object.create(null)),
      "data must be a plain object, not an exotic one"
    ],
    ["NUL in a text", { a: "x\u0000y" }, "data.a must not contain the character \\u0000"],
    ["NUL in a key", { "\u0000": 1 }, "data.\\u0000 must not contain the character \\u0000"],
    ["a lone high surrogate", ["\ud83d"], "data[0] must not contain a lone surrogate"],
    ["a lone low surrogate", "a\udc0e", "data must not contain a lone surrogate"],
    ["surrogates in the wrong order", "\udc0e\ud83d", "data must not contain a lone surrogate"],
    ["a quote mark for a key", [{ "\"": 1 }], "data[0].\" must not be a quote mark or control character alone"],
    ["a line break for a key", { "\n": 1 }, "data.\\u000a must not be a quote mark or control character alone"],
    ["a lone surrogate in a key", { a: { "\ud83d": 1 } }, "data.a.\ud83d must not contain a lone surrogate"]
  ])("%s", (_, value, message) => expect(refusal(value).message).toBe(message))

  it("a value that cannot be read", () => {
    const value = {
      get a() {
        throw new Error("boom")
      }
    }
    expect(refusal(value).message).toBe("data must be readable: Error: boom")
  })

  it("the first of several faults", () => {
    expect(refusal({ a: 1, b: NaN, c: 1n }).field).toBe("data.b")
  })
})

describe("depth", () => {
  const nested = (depth: number) => {
    let value: unknown = []
    for (let level = 1; level < depth; level++) value = level % 2 === 0 ? [value] : { a: value }
    return value
  }

  it("of 512 levels is stored, of 513 refused", () => {
    expect(Json.maxDepth).toBe(512)
    expect(Result.isSuccess(Json.storable(nested(512), "data"))).toBe(true)
    const { field, rule } = refusal(nested(513))
    expect(rule).toBe("must not nest deeper than 512")
    expect(field).toMatch(/^data(\.a|\[0\])+$/)
  })

  it("counts the levels that enclose the value where it is stored", () => {
    expect(Result.isSuccess(Json.storable(nested(508), "data", { within: 4 }))).toBe(true)
    const failure = failureOf(Json.storable(nested(509), "data", { within: 4 }))
    expect(failure.rule).toBe("must not nest deeper than 512, the 4 levels around it included")
    expect(failureOf(Json.storable(NaN, "data", { within: 4 })).rule).toBe("must be a finite number")
  })

  it("does not count a text or number inside the deepest array", () => {
    let value: unknown = [1, "a", null]
    for (let level = 1; level < 512; level++) value = [value]
    expect(Result.isSuccess(Json.storable(value, "data"))).toBe(true)
  })

  it("of a value that contains itself is refused", () => {
    const cyclic: { self?: unknown } = {}
    cyclic.self = cyclic
    expect(refusal(cyclic).rule).toBe("must not nest deeper than 512")
    const list: Array<unknown> = []
    list.push(list, list)
    expect(refusal(list).rule).toBe("must not nest deeper than 512")
  })

  it("far beyond the stack is refused, not thrown", () => {
    let value: unknown = []
    for (let level = 0; level < 200_000; level++) value = [value]
    expect(refusal(value).rule).toBe("must not nest deeper than 512")
  })
})

describe("canonical", () => {
  const canonical = (value: unknown) => Json.canonical(stored(value))

  it("sorts keys at every level and adds no spaces", () => {
    expect(canonical({ b: 1, a: { d: [2, { f: null, e: true }], c: "x" } }))
      .toBe(`{"a":{"c":"x","d":[2,{"e":true,"f":null}]},"b":1}`)
  })

  it("keeps the order of arrays", () => {
    expect(canonical([2, 1])).not.toBe(canonical([1, 2]))
  })

  it("is the same for values that are stored in the same form", () => {
    expect(canonical({ a: -0, b: undefined, c: 1.0 })).toBe(canonical({ c: 1, a: 0 }))
  })

  it.each([
    ["1", 1],
    ["null", null],
    [[], {}],
    [[1, 2], [[1, 2]]],
    [{ a: null }, {}],
    [["a,b"], ["a", "b"]],
    [{ a: 1, b: 2 }, { a: "1,\"b\":2" }]
  ])("distinguishes %j from %j", (one, other) => expect(canonical(one)).not.toBe(canonical(other)))

  it("is JSON that reads back as the value", () => {
    const value = { "ž\n\"": ["\\", null], "2": 1e21, "10": "\u2028" }
    expect(JSON.parse(canonical(value))).toEqual(stored(value))
  })
})

describe("textProblem", () => {
  it.each([["", undefined], ["🐎", undefined], ["\u0001\uffff", undefined]])(
    "%j has none",
    (text, problem) => expect(Json.textProblem(text)).toBe(problem)
  )

  it("names a character that PostgreSQL cannot store", () => {
    expect(Json.textProblem("\u0000")).toBe("must not contain the character \\u0000")
    expect(Json.textProblem("\ud800")).toBe("must not contain a lone surrogate")
  })
})
