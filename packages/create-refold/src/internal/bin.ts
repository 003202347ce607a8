#!/usr/bin/env node
/** The program that `npm create refold` runs. */
import { main } from "./main.ts"

process.exitCode = await main(process.argv.slice(2))
