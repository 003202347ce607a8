/**
 * The url of a server: its parts, and whether the connection is encrypted. It is checked before it is passed to the driver: the
 * driver ignores unknown parameters, and its error for a malformed url contains the url, with the password. So the messages
 * here contain nothing of a url but the names of parameters.
 */
import { invalid, type InvalidInput } from "@refold/core/event/InvalidInput"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"

/** The parts of a url; undefined if it does not have them. */
export interface Server {
  readonly host: string | undefined
  readonly port: number | undefined
  readonly database: string | undefined
  readonly applicationName: string | undefined
  readonly sslmode: SslMode | undefined
}

type SslMode = typeof sslModes[number]

const sslModes = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"] as const

// The parameters that the driver knows.
const parameters = [
  "host",
  "port",
  "user",
  "password",
  "dbname",
  "application_name",
  "options",
  "connect_timeout",
  "sslmode"
]

/**
 * How the connection is encrypted, from the url and the option `ssl`. Fails with `InvalidInput` if they contradict each
 * other, or `ssl` is invalid. `isPlain`: the connection to another machine is not encrypted, and no option disables encryption.
 */
export const encryption = (
  { host, sslmode }: Pick<Server, "host" | "sslmode">,
  ssl: boolean | object | undefined
): Result.Result<{ readonly isPlain: boolean }, InvalidInput> =>
  // A text or null would be treated as one of these.
  ssl === null || !["undefined", "boolean", "object"].includes(typeof ssl)
    ? invalid("ssl", "must be true, false, or options of tls.connect")
    : ssl === undefined
    ? Result.succeed({ isPlain: sslmode === undefined && !isLocal(host) })
    : sslmode === undefined || (ssl === false) === (sslmode === "disable")
    ? Result.succeed({ isPlain: false })
    : invalid("ssl", `must not contradict sslmode=${sslmode} in the url`)

// By default the driver connects to localhost; a path is the folder of a socket.
const isLocal = (host = "localhost"): boolean =>
  host.startsWith("/") || /^(localhost|127(\.\d{1,3}){3}|::1)$/i.test(host)

/** Reads a url as the driver does. Fails with `InvalidInput` for the part that breaks a rule. */
export const parse = (url: Redacted.Redacted): Result.Result<Server, InvalidInput> =>
  Result.gen(function*() {
    const { hostname, params, parsed } = yield* split(Redacted.value(url))
    for (const [name, value] of Object.entries({ user: parsed.username, password: parsed.password })) {
      yield* decode(value, name)
    }
    const database = yield* decode(parsed.pathname.slice(1), "database")
    return {
      host: params.get("host") ?? (yield* decode(hostname, "host")),
      port: yield* portOf(params.get("port") ?? parsed.port),
      database: params.get("dbname") ?? database,
      applicationName: params.get("application_name"),
      sslmode: yield* sslModeOf(params.get("sslmode"))
    }
  })

interface Parts {
  readonly parsed: URL
  readonly hostname: string
  readonly params: ReadonlyMap<string, string>
}

const split = (text: string): Result.Result<Parts, InvalidInput> =>
  Result.gen(function*() {
    const parsed = URL.canParse(text) ? new URL(text) : undefined
    if (parsed === undefined || !["postgres:", "postgresql:"].includes(parsed.protocol))
      return yield* invalid("url", shape)
    // The url of a password with one of "/?#": the rest of the password would be read as a database or a parameter.
    if (parsed.hash !== "" || /@/.test(parsed.pathname + parsed.search))
      return yield* invalid("url", shape)
    const params = yield* paramsOf(parsed.searchParams)
    const seconds = Number(params.get("connect_timeout") ?? 0)
    if (!Number.isInteger(seconds) || seconds < 0)
      return yield* invalid("url", "must have whole seconds as connect_timeout")
    return { parsed, hostname: parsed.hostname.replace(/^\[(.*)\]$/, "$1"), params }
  })

const paramsOf = (all: URLSearchParams): Result.Result<ReadonlyMap<string, string>, InvalidInput> => {
  const params = new Map<string, string>()
  for (const [name, value] of all) {
    // A text that is not a plain word may be a part of a password.
    const called = /^\w{1,30}$/.test(name) ? `the parameter "${name}"` : "a parameter"
    if (!parameters.includes(name))
      return invalid("url", `must not have ${called}, which is not known: ${remedyOf(name)}`)
    if (params.has(name)) return invalid("url", `must not have ${called} twice`)
    params.set(name, value)
  }
  return Result.succeed(params)
}

const remedyOf = (name: string): string =>
  parameters.includes(name.toLowerCase())
    ? `its name is "${name.toLowerCase()}"`
    : /^ssl/i.test(name)
    ? `use sslmode, or the option "ssl"`
    : `the known ones are ${parameters.join(", ")}`

const portOf = (text: string): Result.Result<number | undefined, InvalidInput> => {
  if (text === "") return Result.succeed(undefined)
  const port = Number(text)
  return Number.isInteger(port) && port >= 1 && port <= 65_535
    ? Result.succeed(port)
    : invalid("url", "must have a port from 1 to 65535")
}

const sslModeOf = (text: string | undefined): Result.Result<SslMode | undefined, InvalidInput> => {
  const known = sslModes.find((mode) => mode === text)
  return text === undefined || known !== undefined
    ? Result.succeed(known)
    : invalid("url", `must have one of ${sslModes.join(", ")} as sslmode`)
}

const decode = (text: string, part: string): Result.Result<string | undefined, InvalidInput> => {
  try {
    return Result.succeed(decodeURIComponent(text) || undefined)
  } catch {
    return invalid("url", `must have a ${part} in which each "%" is written as "%25"`)
  }
}

const shape =
  "must be postgres://user:password@host:port/database, with the characters \"/?#@%\" of its parts percent-encoded, " +
  "as by encodeURIComponent"
