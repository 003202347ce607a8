import * as Redacted from "effect/Redacted"
import { describe, expect, it } from "vitest"
import * as ServerUrl from "../../src/schema/internal/ServerUrl.ts"

describe("the server of a url", () => {
  it.each([
    ["postgres://me:secret@db.example:6432/shop", "db.example", 6432, "shop"],
    ["postgres://me@[::1]/a%20shop", "::1", undefined, "a shop"],
    ["postgres:///shop?host=/run/postgres&port=6000", "/run/postgres", 6000, "shop"],
    ["postgres://db.example:1/shop?dbname=other&port=2", "db.example", 2, "other"],
    ["postgres://", undefined, undefined, undefined],
    ["postgres://me@%zz:6432/%zz", undefined, 6432, undefined],
    ["nonsense", undefined, undefined, undefined]
  ])("of %s has this host, port and database", (url, host, port, database) => {
    expect(ServerUrl.parse(Redacted.make(url))).toEqual({ host, port, database })
  })
})
