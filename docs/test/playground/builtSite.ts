/** Builds the site once for all tests in a browser; they get its folder by `inject("site")`. */
import * as Fs from "node:fs"
import type { TestProject } from "vitest/node"
import * as Site from "./Site.ts"

declare module "vitest" {
  interface ProvidedContext {
    readonly site: string
  }
}

export const setup = ({ provide }: TestProject): () => void => {
  const folder = Site.build()
  provide("site", folder)
  return () => Fs.rmSync(folder, { recursive: true })
}
