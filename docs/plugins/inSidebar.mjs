// Fails a build in which a page is missing in the sidebar: such a page is found by search only.
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

// They have no place in an order of pages.
const others = ["", "404/"]

/** Compares the links of the sidebar of the start page with the pages that were built. */
export const inSidebar = () => ({
  name: "in-sidebar",
  hooks: {
    "astro:build:done": ({ dir, pages }) => {
      const html = readFileSync(fileURLToPath(new URL("start/index.html", dir)), "utf8")
      const sidebar = html.slice(html.indexOf("<nav class=\"sidebar"))
      const listed = [...sidebar.matchAll(/href="([^"#]+)"/g)].map(([, href]) => href)
      const missing = pages.map(({ pathname }) => pathname)
        .filter((path) => !others.includes(path) && !listed.some((href) => href.endsWith(`/${path}`)))
      if (missing.length > 0) throw new Error(`not in the sidebar: ${missing.join(", ")}`)
    }
  }
})
