// Prints the results of the counter with promises as JSON.
import { promised } from "./Promised.js"

console.log(JSON.stringify(await promised()))
