/**
 * The element `refold-playground`: a button, and behind it a workspace. Loads nothing before the first click. Without JavaScript
 * it stays empty, and the page has its code blocks.
 */
import { partsOf } from "./Dom.ts"
import type { Engine } from "./Engines.ts"
import type { Example } from "./Example.ts"

class PlaygroundElement extends HTMLElement {
  connectedCallback(): void {
    const template = this.querySelector("template")
    if (template === null) return
    this.append(template.content.cloneNode(true))
    template.remove()
    const button = partsOf(this)("open", HTMLButtonElement)
    button.addEventListener("click", () => void this.#open(button))
  }

  async #open(button: HTMLButtonElement): Promise<void> {
    const part = partsOf(this)
    // Not `disabled`: that would take the focus away.
    if (button.getAttribute("aria-disabled") === "true") return
    button.setAttribute("aria-disabled", "true")
    part("status").textContent = "Loading…"
    try {
      const [Workspace, Engines] = await Promise.all([import("./Workspace.ts"), import("./Engines.ts")])
      const engine = await Engines.load(this.dataset["engine"] as Engine)
      const examples: ReadonlyArray<Example> = JSON.parse(this.querySelector("script")?.textContent ?? "[]")
      const focused = document.activeElement
      const isFree = focused === null || focused === button || focused === document.body
      part("closed").hidden = true
      part("opened").hidden = false
      const { run } = Workspace.open({ part, examples, engine, seconds: Number(this.dataset["seconds"]) })
      run()
      // The reader may have gone elsewhere meanwhile.
      if (isFree) part("stop").focus()
    } catch (error) {
      part("status").textContent = `It could not be loaded: ${error instanceof Error ? error.message : String(error)}`
      button.removeAttribute("aria-disabled")
    }
  }
}

customElements.define("refold-playground", PlaygroundElement)
