/** Checks answers against the OpenAPI document, with an independent validator of JSON Schema. */
import { Ajv2020 } from "ajv/dist/2020.js"
import type { Answered } from "./Client.ts"

// Plain JSON, read by path.
// oxlint-disable-next-line typescript/no-explicit-any
type Document = any

/** How an answer breaks the document; undefined if it does not. */
export type Check = (method: string, path: string, answered: Answered) => string | undefined

/** A check of answers to requests, by the method and the path of the request. */
export const of = (document: Document): Check => {
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false })
  ajv.addSchema(document, "openapi.json")
  const operations = operationsOf(document)
  return (method, path, { body, headers, status }) => {
    const pathname = path.split("?")[0]!
    const found = operations.find((one) => one.method === method && one.pattern.test(pathname))
    if (found === undefined) return status === 404 || status === 405 || status === 400 ? undefined : "no operation"
    const pointer = found.responses[status] === undefined ? "default" : String(status)
    const { content } = found.responses[pointer]
    const type = headers["content-type"]
    if (content === undefined) return body === undefined ? undefined : `${pointer} has no body`
    if (type === undefined || content[type] === undefined) return `${status} has the media type ${type}`
    if (type === "text/event-stream") return undefined
    const reference = [...found.pointer, "responses", pointer, "content", type, "schema"]
      .map((part) => encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1"))).join("/")
    const validate = ajv.getSchema(`openapi.json#/${reference}`)
    if (validate === undefined) return `no schema at ${reference}`
    if (body !== undefined && body.status !== undefined && type.includes("problem") && body.status !== status)
      return `the body says ${body.status}`
    return validate(body) === true ? undefined : ajv.errorsText(validate.errors)
  }
}

const operationsOf = (document: Document) =>
  Object.entries<Document>(document.paths).flatMap(([path, methods]) =>
    Object.entries<Document>(methods).map(([method, { responses }]) => ({
      method: method.toUpperCase(),
      pattern: new RegExp(`^${path.replaceAll(/[.]/g, "\\.").replaceAll(/\{\w+\}/g, "[^/]+")}$`),
      pointer: ["paths", path, method],
      responses
    }))
  )
