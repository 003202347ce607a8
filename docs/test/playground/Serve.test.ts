// The worker's side of the protocol: programs do not get the port, and what fails outside of them has the limits of output.
import { beforeEach, expect, it, vi } from "vitest"
import { limits } from "../../playground/Limits.ts"
import type { FromWorker, Program } from "../../playground/Protocol.ts"
import * as Modules from "../../playground/run/Modules.ts"
import { serve } from "../../playground/run/Serve.ts"

let listeners: Map<string, (event: unknown) => void>

beforeEach(() => {
  listeners = new Map()
  vi.stubGlobal("addEventListener", (name: string, listener: (event: unknown) => void) => listeners.set(name, listener))
  return () => vi.unstubAllGlobals()
})

const programOf = (text: string): Program => ({ entry: "main.ts", files: [{ name: "main.ts", text }] })

/** Runs a program as a worker does, and gives what it sends. `printed` is called after the first line. */
const messagesOf = (text: string, printed: (page: MessagePort) => void = () => {}) =>
  new Promise<ReadonlyArray<FromWorker>>((resolve) => {
    const { port1: page, port2: port } = new MessageChannel()
    const messages: Array<FromWorker> = []
    page.addEventListener("message", (event) => {
      // The protocol's type: the worker sends nothing else.
      const data = event.data as FromWorker
      messages.push(data)
      if (data._tag === "Ready") page.postMessage({ _tag: "Run", program: programOf(text) })
      if (data._tag === "Printed" && messages.length === 2) printed(page)
      if (data._tag !== "Ended") return
      page.close()
      resolve(messages)
    })
    page.start()
    serve({ load: (recorder) => Promise.resolve(Modules.make(recorder)) })
    listeners.get("message")!({ data: { port, assets: {} } })
  })

it("a program that replaces the method of ports does not get the port", async () => {
  const method = Object.getOwnPropertyDescriptor(MessagePort.prototype, "postMessage")!
  const messages = await messagesOf(
    `const { postMessage } = MessagePort.prototype\n` +
      `MessagePort.prototype.postMessage = function () { postMessage.call(this, { _tag: "Forged" }) }\n` +
      `console.log("sent")\nMessagePort.prototype.postMessage = postMessage\n`
  ).finally(() => Object.defineProperty(MessagePort.prototype, "postMessage", method))
  expect(messages.map(({ _tag }) => _tag)).toEqual(["Ready", "Printed", "Ended"])
})

it("a program that replaces the getter of messages does not get the port", async () => {
  const getter = Object.getOwnPropertyDescriptor(MessageEvent.prototype, "data")!
  const stop = (page: MessagePort) => {
    page.postMessage({ _tag: "Stop" })
  }
  const messages = await messagesOf(
    `const { get } = Object.getOwnPropertyDescriptor(MessageEvent.prototype, "data")\n` +
      `const forge = function () {\n` +
      `  const data = get.call(this)\n  if (data._tag === "Stop") this.target.postMessage({ _tag: "Forged" })\n  return data\n}\n` +
      `Object.defineProperty(MessageEvent.prototype, "data", { get: forge, configurable: true })\n` +
      `console.log("waits")\nawait new Promise(() => {})\n`,
    stop
  ).finally(() => Object.defineProperty(MessageEvent.prototype, "data", getter))
  expect(messages.map(({ _tag }) => _tag)).toEqual(["Ready", "Printed", "Stopping", "Ended"])
})

it("errors that are not caught have the limits of output", async () => {
  const messages = await messagesOf(
    `console.log("waits")\nawait new Promise((resolve) => setTimeout(resolve, 100))\n`,
    () => {
      for (let n = 0; n < 2 * limits.lines; n++) {
        listeners.get("unhandledrejection")!({ reason: n, preventDefault: () => {} })
      }
    }
  )
  const lines = messages.flatMap((message) => message._tag === "Printed" ? [message.line.text] : [])
  expect(lines).toHaveLength(limits.lines + 1)
  expect(lines.at(-1)).toContain("More output is not shown")
})
