import starlight from "@astrojs/starlight"
import { defineConfig } from "astro/config"

// A small site with playgrounds, with the style of the documentation.
export default defineConfig({
  integrations: [starlight({ title: "Playgrounds", customCss: ["../../../src/styles/site.css"], pagefind: false })]
})
