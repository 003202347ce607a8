// The connection is encrypted as the url and the option ssl require, on a server that offers both.
import * as PgClient from "@effect/sql-pg/PgClient"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { execFileSync, spawnSync } from "node:child_process"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import * as PostgresStore from "../../src/PostgresStore.ts"
import * as LocalPostgres from "../support/LocalPostgres.ts"
import * as PostgresBinaries from "../support/PostgresBinaries.ts"
import * as PostgresServer from "../support/PostgresServer.ts"

const hasOpenssl = spawnSync("openssl", ["version"]).status === 0

describe.skipIf(!hasOpenssl)(`a server with a certificate${hasOpenssl ? "" : " (skipped: needs openssl)"}`, () => {
  const folder = Fs.mkdtempSync(Path.join(Os.tmpdir(), "refold-tls-"))
  let server: LocalPostgres.LocalPostgres

  /** A key with its own certificate for localhost; the certificate. */
  const certify = (name: string): string => {
    const [key, certificate] = [`${name}.key`, `${name}.crt`].map((file) => Path.join(folder, file)) as [string, string]
    const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    const made = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", key, "-out", certificate]
    execFileSync("openssl", [...made, ...subject], { stdio: "ignore" })
    return Fs.readFileSync(certificate, "utf8")
  }

  const own = () => Fs.readFileSync(Path.join(folder, "server.crt"), "utf8")

  beforeAll(async () => {
    certify("server")
    server = await LocalPostgres.start(PostgresServer.wantedVersion())
    await server.whileStopped((data) => {
      for (const file of ["server.key", "server.crt"]) {
        Fs.copyFileSync(Path.join(folder, file), Path.join(data, file))
        Fs.chmodSync(Path.join(data, file), 0o600)
        const { gid, uid } = PostgresBinaries.user
        if (uid !== undefined && gid !== undefined) Fs.chownSync(Path.join(data, file), uid, gid)
      }
      Fs.appendFileSync(Path.join(data, "postgresql.conf"), "ssl = on\n")
    })
  })

  afterAll(async () => {
    await server.stop()
    Fs.rmSync(folder, { recursive: true, force: true })
  })

  const open = (search: string, ssl?: PostgresStore.ServerOptions["ssl"]) => {
    const url = Redacted.make(`${server.url.replace("127.0.0.1", "localhost")}${search}`)
    const encrypted = Effect.flatMap(
      PgClient.PgClient,
      (sql) => sql<{ ssl: boolean }>`select ssl from pg_stat_ssl where pid = pg_backend_pid()`
    )
    const layer = PostgresStore.layer({ url, ssl, retryReadsFor: 1 })
    return Effect.runPromise(
      Effect.scoped(Effect.flatMap(Layer.build(layer), (services) => Effect.provideContext(encrypted, services))).pipe(
        Effect.match({ onSuccess: ([row]) => row?.ssl, onFailure: (error) => error.message })
      )
    )
  }

  test.each([["", undefined], ["?sslmode=disable", undefined], ["", false], ["?sslmode=disable", false]] as const)(
    "accepts an unencrypted connection with %j and ssl %o",
    async (search, ssl) => expect(await open(search, ssl)).toBe(false)
  )

  test("gets an encrypted connection if its certificate is the ca", async () => {
    for (const search of ["", "?sslmode=prefer", "?sslmode=require", "?sslmode=verify-full"]) {
      expect(await open(search, { ca: own() })).toBe(true)
    }
  })

  test("is refused if its certificate is not trusted, also with sslmode=require and prefer", async () => {
    const unknown = /self.signed certificate/
    for (const mode of ["prefer", "require", "verify-ca", "verify-full"]) {
      expect(await open(`?sslmode=${mode}`)).toMatch(unknown)
    }
    expect(await open("", true)).toMatch(unknown)
    expect(await open("", { ca: certify("other") })).toMatch(/self.signed certificate|unable to verify/)
    expect(await open("", { ca: own(), servername: "db.example" })).toMatch(/does not match certificate's altnames/)
  })
})
