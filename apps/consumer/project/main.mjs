// Prints the states of the counter as JSON.
import * as Effect from "effect/Effect"
import { program } from "./Counter.js"

console.log(JSON.stringify(await Effect.runPromise(program)))
