/** Reads server-sent events as a browser's EventSource does. */
import type { Http } from "../../src/index.ts"

/** A message, or a comment. */
export interface Message {
  readonly id?: string
  readonly event?: string
  readonly retry?: string
  readonly comment?: string
  // A test compares the expected value with the actual one.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly data?: any
}

/** Opens a stream. */
export const open = async (
  handler: Http.WebHandler["handler"],
  path: string,
  headers: Record<string, string>
) => of(await handler(new Request(`http://localhost${path}`, { headers })))

/** The messages of a response. `next` leaves out those that only advance the last id, and `nextId` all others. */
export const of = (response: Response) => {
  const reader = response.body!.getReader()
  const decoder = new TextDecoder()
  let text = ""
  const read = async (): Promise<Message> => {
    while (!text.includes("\n\n")) {
      const { done, value } = await reader.read()
      // The tests compare it with undefined.
      if (done) return undefined as unknown as Message
      text += decoder.decode(value, { stream: true })
    }
    const end = text.indexOf("\n\n")
    const block = text.slice(0, end)
    text = text.slice(end + 2)
    return parse(block)
  }
  const first = async (isWanted: (message: Message) => boolean): Promise<Message> => {
    for (;;) {
      const message = await read()
      if (message === undefined || isWanted(message)) return message
    }
  }
  const isOnlyId = (message: Message) => Object.keys(message).join() === "id"
  return {
    response,
    next: () => first((message) => !isOnlyId(message)),
    nextId: () => first(isOnlyId),
    close: () => reader.cancel()
  }
}

const parse = (block: string): Message =>
  Object.fromEntries(
    block.split("\n").map((line) => {
      const colon = line.indexOf(": ")
      const [name, value] = [line.slice(0, colon), line.slice(colon + 2)]
      return name === "" ? ["comment", value] : [name, name === "data" ? JSON.parse(value) : value]
    })
  )
