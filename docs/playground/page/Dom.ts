/** Access to the elements of a playground by the names of their parts. */

/** Finds a part, of a type. Throws where the markup does not have it. */
export type Part = <Type extends HTMLElement = HTMLElement>(name: string, type?: new() => Type) => Type

/** The parts of an element. */
export const partsOf = (root: HTMLElement): Part => (name, type) => {
  const found = root.querySelector(`[data-part="${name}"]`)
  if (!(found instanceof (type ?? HTMLElement))) throw new Error(`The playground has no part "${name}".`)
  // HTMLElement, where no type is given, is the type parameter's default.
  return found as InstanceType<NonNullable<typeof type>>
}

/** Replaces the children of an element. */
export const fill = (parent: Element, children: ReadonlyArray<Node>): void => parent.replaceChildren(...children)

/** A row of a table. The first cell is its header. */
export const row = (cells: ReadonlyArray<string>, isChanged = false): HTMLTableRowElement => {
  const element = document.createElement("tr")
  if (isChanged) element.className = "changed"
  element.append(...cells.map((text, index) => {
    const cell = document.createElement(index === 0 ? "th" : "td")
    if (index === 0) cell.setAttribute("scope", "row")
    cell.textContent = text
    return cell
  }))
  return element
}
