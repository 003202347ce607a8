/**
 * Starts an engine's worker in a frame without an origin: it has no network and no storage of the site, and in Chromium a
 * process of its own, so that a program that takes all memory ends there and not in the page.
 */
import type { Assets, Start } from "../Protocol.ts"
import type { Part } from "./Dom.ts"

/** The code of a worker, and the files that it needs. */
export interface Loaded {
  readonly code: string
  readonly assets: Assets
  /**
   * For a store that can be queried: makes a function that is called with the kept database when a run has ended, and with
   * undefined when the next one begins.
   */
  readonly keep?: ((part: Part, engine: Loaded) => (kept: ArrayBuffer | undefined) => void) | undefined
}

/** A worker that was started, with the port to talk to it. */
export interface Frame {
  readonly port: MessagePort
  /** Ends the worker, whatever it does. */
  readonly close: () => void
}

// The worker inherits the policy: nothing is loaded but its own code, and text may be run as code.
const policy = "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval' blob:; worker-src blob:"

const starter = `onmessage = ({ data: { code, ...start } }) => {
  const worker = new Worker(URL.createObjectURL(new Blob([code], { type: "text/javascript" })))
  worker.postMessage(start, [start.port])
}`

/** Starts a worker in a new frame inside `parent`. */
export const open = (parent: HTMLElement, { assets, code }: Loaded): Frame => {
  const { port1: port, port2 } = new MessageChannel()
  const frame = document.createElement("iframe")
  frame.hidden = true
  frame.setAttribute("sandbox", "allow-scripts")
  frame.srcdoc = `<meta http-equiv="Content-Security-Policy" content="${policy}"><script>${starter}</script>`
  frame.addEventListener("load", () => {
    const start: Start & { readonly code: string } = { code, assets, port: port2 }
    // An opaque origin has no name.
    frame.contentWindow?.postMessage(start, "*", [port2])
  }, { once: true })
  parent.append(frame)
  return {
    port,
    close: () => {
      port.close()
      frame.remove()
    }
  }
}
