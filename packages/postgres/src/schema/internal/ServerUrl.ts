/** Where a url leads, read as the driver reads it: the driver's spans name only what its configuration names beside the url. */
import * as Redacted from "effect/Redacted"

/** Parts of a url, each undefined where the url does not name it. */
export interface Server {
  readonly host: string | undefined
  readonly port: number | undefined
  readonly database: string | undefined
}

/** The server and the database of a url; of a malformed one, nothing: the driver says what is wrong with it. */
export const parse = (url: Redacted.Redacted): Server => {
  if (!URL.canParse(Redacted.value(url))) return { host: undefined, port: undefined, database: undefined }
  const { hostname, pathname, port, searchParams } = new URL(Redacted.value(url))
  return {
    host: searchParams.getAll("host").at(-1) ?? decode(hostname.replace(/^\[(.*)\]$/, "$1")),
    port: asPort(searchParams.getAll("port").at(-1) ?? port),
    database: searchParams.getAll("dbname").at(-1) ?? decode(pathname.slice(1))
  }
}

const decode = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text) || undefined
  } catch {
    return undefined
  }
}

const asPort = (text: string): number | undefined => {
  const port = Number(text)
  return Number.isInteger(port) && port >= 1 && port <= 65_535 ? port : undefined
}
