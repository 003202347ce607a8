import { unified } from "@astrojs/markdown-remark"
import starlight from "@astrojs/starlight"
import { defineConfig } from "astro/config"
import { globSync } from "node:fs"
import starlightLinksValidator from "starlight-links-validator"
import starlightLlmsTxt from "starlight-llms-txt"
import starlightTypeDoc from "starlight-typedoc"
import { inSidebar } from "./plugins/inSidebar.mjs"
import { addressOf, published } from "./plugins/published.mjs"
import { quotes } from "./plugins/quotes.mjs"
import { withoutNode } from "./plugins/withoutNode.mjs"

// Where the site is published, for example https://example.org/refold. Without it, the site is for reading on loopback.
const address = process.env.DOCS_SITE || undefined

// The other modules of `refold` are those of core, store and memory.
const publicModules = [
  "../packages/refold/src/promise.ts",
  ...globSync("../packages/{core,store,memory,postgres,legacy,http,cli,laws}/src/**/*.ts")
]
  .filter((path) => !/[/\\]internal[/\\]|index\.ts$|\.generated\.ts$/.test(path))

// For llms.txt.
const sections = {
  start: "install the packages and run a first program",
  tutorial: "one application in eight steps",
  "how-to": "one page for each task",
  concepts: "why it is as it is, guarantees and limits",
  "coming-from": "what concepts of KurrentDB, Message DB, Marten, Axon, Emmett and Castore are here",
  laws: "every law with its planted faults",
  courses: "the objectives of five courses, with code and tests",
  "reference/api": "every public module, generated from its docstrings",
  decisions: "the architecture decision records"
}

const group = (label, directory, collapsed = false) => ({
  label,
  collapsed,
  items: [{ autogenerate: { directory, collapsed } }]
})

export default defineConfig({
  ...addressOf(address),
  integrations: [
    starlight({
      title: "Refold",
      description: "Event sourcing and CQRS for TypeScript, on Effect and PostgreSQL.",
      customCss: ["./src/styles/site.css"],
      lastUpdated: false,
      plugins: [
        // It knows no links that get their folder later; each change is built without a folder.
        ...addressOf(address).base === "/" ? [starlightLinksValidator()] : [],
        starlightLlmsTxt({
          projectName: "Refold",
          exclude: ["reference/api/**"],
          // Its programs are those of the code blocks.
          customSelectors: { all: ["refold-playground"] },
          customSets: Object.entries(sections).map(([section, description]) => (
            { label: section, description, paths: [`${section}/**`] }
          ))
        }),
        starlightTypeDoc({
          entryPoints: publicModules,
          tsconfig: "./typedoc.tsconfig.json",
          output: "reference/api",
          typeDoc: {
            basePath: "../packages",
            disableSources: true,
            entryFileName: "index",
            excludeInternal: true,
            hidePageHeader: true,
            interfacePropertiesFormat: "table",
            name: "API",
            outputFileStrategy: "modules",
            parametersFormat: "table",
            plugin: ["./plugins/api-pages.mjs"],
            readme: "none",
            skipErrorChecking: true,
            sort: ["source-order"],
            tableColumnSettings: { hideInherited: true, hideModifiers: true, hideOverrides: true }
          }
        })
      ],
      sidebar: [
        group("Start", "start"),
        group("Tutorial", "tutorial"),
        "playground",
        "playground/postgresql",
        group("How to", "how-to"),
        group("Concepts", "concepts"),
        group("Coming from", "coming-from"),
        group("Laws", "laws", true),
        group("Courses", "courses", true),
        {
          label: "Reference",
          items: [
            ...["errors", "configuration", "command-line", "http", "formats", "sql-api", "threat-model", "benchmarks"]
              .map((page) => `reference/${page}`),
            group("API", "reference/api", true)
          ]
        },
        group("Decisions", "decisions", true)
      ]
    }),
    published(address),
    inSidebar()
  ],
  vite: { worker: { plugins: () => [withoutNode()] } },
  markdown: { processor: unified({ remarkPlugins: [quotes] }) }
})
