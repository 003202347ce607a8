#!/usr/bin/env node
/** The entry of the command. Modules are compiled once if Node keeps the result, which is before anything else is loaded. */
import * as Module from "node:module"

// From Node 22 on.
const { enableCompileCache }: { readonly enableCompileCache?: () => void } = Module
enableCompileCache?.()
const { main } = await import("./main.ts")
main()
