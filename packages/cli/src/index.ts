/** The configuration of the command `refold`. */
export * as Config from "./Config.ts"
export { defineConfig } from "./Config.ts"
