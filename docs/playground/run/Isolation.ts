/** Takes from a worker what reaches out of it. A guard against accidents: the code is the reader's own. */

// What sends or stores, what starts other workers, and the worker's own channel to the page.
const reaching = [
  "fetch",
  "XMLHttpRequest",
  "WebSocket",
  "WebSocketStream",
  "EventSource",
  "WebTransport",
  "importScripts",
  "Worker",
  "SharedWorker",
  "BroadcastChannel",
  "indexedDB",
  "caches",
  "navigator",
  "postMessage",
  "close",
  "eval"
]

/** Closes the worker. What was kept before, such as `postMessage`, still works. */
export const close = (): void => {
  for (const name of reaching) remove(name)
  // Text as code could `import()` from elsewhere; `import()` of a program is compiled to the imports of its engine.
  for (const example of [() => {}, async () => {}, function*() {}, async function*() {}]) {
    Object.defineProperty(Object.getPrototypeOf(example), "constructor", { value: refuse })
  }
  for (const name of ["setTimeout", "setInterval"] as const) {
    const timer = globalThis[name] as (...args: ReadonlyArray<unknown>) => unknown
    Object.defineProperty(globalThis, name, {
      value: (handler: unknown, ...rest: ReadonlyArray<unknown>) =>
        typeof handler === "function" ? timer(handler, ...rest) : refuse()
    })
  }
  Object.defineProperty(globalThis, "Function", { value: refuse })
}

const remove = (name: string): void => {
  for (let owner: object | null = globalThis; owner !== null; owner = Object.getPrototypeOf(owner)) {
    Reflect.deleteProperty(owner, name)
  }
  // Where it cannot be deleted, it is hidden.
  if (name in globalThis) Object.defineProperty(globalThis, name, { value: undefined })
}

// With the prototype of functions, for what asks whether a value is one.
function refuse(): never {
  throw new Error("Text is not run as code here.")
}
refuse.prototype = Function.prototype
