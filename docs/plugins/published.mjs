// Fits the pages to where they are published. Without an address there is no sitemap and no link to one. Under a folder,
// as on GitHub Pages, the links of the pages, which begin with `/`, get the folder in front.
import { globSync, readFileSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

/** The options of Astro for the address of the site, or for loopback. */
export const addressOf = (site) => {
  const { origin, pathname } = new URL(site ?? "http://127.0.0.1:4321")
  return { site: origin, base: pathname }
}

/** The integration. Starlight adds its sitemap only where no integration has this name. */
export const published = (site) => ({
  name: site === undefined ? "@astrojs/sitemap" : "published",
  hooks: {
    "astro:build:done": ({ dir }) => {
      const base = addressOf(site).base.replace(/\/$/, "")
      for (const path of globSync("**/*.html", { cwd: fileURLToPath(dir) })) {
        const file = new URL(path, dir)
        const page = readFileSync(file, "utf8")
        const fitted = site === undefined ? withoutAddress(page) : under(base, page)
        if (fitted !== page) writeFileSync(file, fitted)
      }
    }
  }
})

const withoutAddress = (page) =>
  page.replaceAll(/<link rel="(?:sitemap|canonical)"[^>]*>|<meta property="og:url"[^>]*>/g, "")

const under = (base, page) =>
  page.replaceAll(
    / (href|src)="(\/(?!\/)[^"]*)"/g,
    (whole, name, path) => path === base || path.startsWith(`${base}/`) ? whole : ` ${name}="${base}${path}"`
  )
