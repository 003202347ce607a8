// Prints what the counter with promises gives, as JSON.
import { promised } from "./Promised.js"

console.log(JSON.stringify(await promised()))
