import starlight from "@astrojs/starlight"
import { defineConfig } from "astro/config"
import { withoutNode } from "../../../plugins/withoutNode.mjs"

// A small site with playgrounds, with the style of the documentation.
export default defineConfig({
  integrations: [starlight({ title: "Playgrounds", customCss: ["../../../src/styles/site.css"], pagefind: false })],
  vite: { worker: { plugins: () => [withoutNode()] } }
})
