import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { inspect } from "node:util"
import { describe, expect, it } from "vitest"
import * as PostgresStore from "../../src/PostgresStore.ts"
import * as ServerUrl from "../../src/schema/internal/ServerUrl.ts"

const parse = (url: string) => ServerUrl.parse(Redacted.make(url))

describe("the server of a url", () => {
  it.each([
    ["postgres://me:secret@db.example:6432/shop", "db.example", 6432, "shop", undefined],
    ["postgresql://me:p%2F%40%23@db.example/shop?sslmode=verify-full", "db.example", undefined, "shop", "verify-full"],
    ["postgres://me@[::1]/a%20shop", "::1", undefined, "a shop", undefined],
    ["postgres:///shop?host=/run/postgres&port=6000", "/run/postgres", 6000, "shop", undefined],
    ["postgres://db.example:1/shop?dbname=other&port=2", "db.example", 2, "other", undefined],
    [
      "postgres://x?application_name=a&options=-c%20a%3Db&connect_timeout=3&user=u&password=p",
      "x",
      undefined,
      undefined,
      undefined
    ],
    ["postgres://", undefined, undefined, undefined, undefined]
  ])("of %s has this host, port, database, mode and application", (url, host, port, database, sslmode) => {
    const applicationName = /application_name=(\w+)/.exec(url)?.[1]
    expect(parse(url)).toEqual(Result.succeed({ host, port, database, applicationName, sslmode }))
  })
})

describe("a url is refused", () => {
  it.each([
    ["ssl=true", `must not have the parameter "ssl", which is not known: use sslmode, or the option "ssl"`],
    [
      "sslrootcert=ca.pem",
      `must not have the parameter "sslrootcert", which is not known: use sslmode, or the option "ssl"`
    ],
    ["SSLMODE=require", `must not have the parameter "SSLMODE", which is not known: its name is "sslmode"`],
    [
      "target_session_attrs=any",
      /^must not have the parameter "target_session_attrs", which is not known: the known ones are host, /
    ],
    ["a b=1", /^must not have a parameter, which is not known/],
    ["sslmode=require&sslmode=disable", `must not have the parameter "sslmode" twice`],
    ["sslmode=REQUIRE", "must have one of disable, allow, prefer, require, verify-ca, verify-full as sslmode"],
    ["sslmode=", /^must have one of/],
    ["port=0", "must have a port from 1 to 65535"],
    ["connect_timeout=soon", "must have whole seconds as connect_timeout"]
  ])("with %s", (search, rule) => {
    const refused = Result.getOrThrow(Result.flip(parse(`postgres://me:pw@db.example/shop?${search}`)))
    expect(refused).toMatchObject({ _tag: "InvalidInput", field: "url" })
    expect(refused.rule).toMatch(rule)
  })
})

// Urls in which the end of the secret is ambiguous.
const secrets = [
  "s3cr/et",
  "s3cr?et",
  "s3cr?et=x",
  "s3cr#et",
  "12/s3cret",
  "12?s3cret",
  "12#s3cret",
  "s3cret%",
  "%s3cret",
  "s3cret]/"
]
const malformed = [
  ...secrets.map((secret) => `postgres://me:${secret}@db.example:5432/shop`),
  ...secrets.map((secret) => `postgres://me@db.example/shop?password=${secret}%zz&s3cret=${secret}@x`),
  "me:s3cret@db.example/shop",
  "postgres:me:s3cret@db.example/shop",
  "postgres:/me:s3cret@db.example/shop",
  "mysql://me:s3cret@db.example/shop",
  "postgres://me:s3cret@db.example:99999/shop",
  "postgres://me:s3cret@db.example:port/shop",
  "postgres://me:s3cret@db example/shop"
]

describe("a malformed url is not printed", () => {
  it.each(malformed)("%s", async (url) => {
    const lines: Array<string> = []
    const logger = Logger.make(({ cause, message }) => void lines.push(inspect([message, cause], { depth: 20 })))
    const opened = Effect.scoped(Layer.build(PostgresStore.layer({ url: Redacted.make(url) })))
    const error = await Effect.runPromise(
      Effect.flip(Effect.tapCause(opened, (cause) => Effect.logError("no store", cause))).pipe(
        Effect.provide(Logger.layer([logger]))
      )
    )
    expect(error).toMatchObject({ _tag: "InvalidInput", field: "url" })
    const printed = [inspect(error, { depth: 20, showHidden: true }), JSON.stringify(error), String(error), ...lines]
      .join("\n")
    expect(printed).not.toMatch(/s3cr|postgres:\/\/me/)
    // As in a program that does not handle it: Node prints the error and its causes.
    const rejected = await Effect.runPromise(opened).then(() => undefined, (thrown: unknown) => thrown)
    expect(inspect(rejected, { depth: 20 })).not.toMatch(/s3cr|postgres:\/\/me/)
  })
})

describe("without sslmode and ssl", () => {
  it.each([undefined, "localhost", "127.0.0.1", "127.8.9.1", "::1", "/run/postgresql"])(
    "%s is this machine",
    (host) => {
      expect(ServerUrl.encryption({ host, sslmode: undefined }, undefined)).toEqual(Result.succeed({ isPlain: false }))
    }
  )

  it.each(["db.example", "10.0.0.1", "127.0.0.1.example", "localhost.example", "fe80::1", "0.0.0.0"])(
    "%s is plain",
    (host) => {
      expect(ServerUrl.encryption({ host, sslmode: undefined }, undefined)).toEqual(Result.succeed({ isPlain: true }))
    }
  )

  it("a store on another machine logs one warning with the remedy, and tries to connect", async () => {
    const lines: Array<unknown> = []
    const logger = Logger.make(({ message }) => void lines.push(message))
    const open = (search: string) =>
      PostgresStore.layer({ url: Redacted.make(`postgres://me:s3cret@refold.invalid/shop${search}`), retryReadsFor: 1 })
        .pipe(
          Layer.build,
          Effect.scoped,
          Effect.flip,
          Effect.provide(Logger.layer([logger])),
          Effect.runPromise
        )
    expect(await open("")).toMatchObject({ _tag: "EventStoreError" })
    expect(lines).toEqual([[
      "the connection to refold.invalid is not encrypted: set sslmode=verify-full in the url, or sslmode=disable where the network is trusted"
    ]])
    for (const mode of ["disable", "prefer", "require"]) await open(`?sslmode=${mode}`)
    expect(lines).toHaveLength(1)
  })
})

describe("the option ssl", () => {
  it.each([null, "true", "false", 0])("of %o is refused", (ssl) => {
    // As in a program in JavaScript, or one that casts.
    const given = ssl as unknown as boolean
    expect(Result.getOrThrow(Result.flip(ServerUrl.encryption({ host: "x", sslmode: undefined }, given))))
      .toMatchObject({
        field: "ssl",
        rule: "must be true, false, or options of tls.connect"
      })
  })

  it.each([[false, "require"], [false, "prefer"], [true, "disable"], [{ ca: "" }, "disable"]] as const)(
    "of %o contradicts sslmode=%s",
    (ssl, sslmode) => {
      expect(Result.getOrThrow(Result.flip(ServerUrl.encryption({ host: "x", sslmode }, ssl)))).toMatchObject({
        field: "ssl"
      })
    }
  )

  it.each([[false, "disable"], [true, "require"], [{}, "prefer"], [true, undefined], [false, undefined]] as const)(
    "of %o agrees with sslmode=%s",
    (ssl, sslmode) => {
      expect(ServerUrl.encryption({ host: "x", sslmode }, ssl)).toEqual(Result.succeed({ isPlain: false }))
    }
  )
})
