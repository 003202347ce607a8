// Prints what the examples of the packages' READMEs give, as JSON.
import { decision, state } from "./Folded.js"
import * as InMemory from "./InMemory.js"
import { served } from "./Served.js"
import { stored } from "./Stored.js"

const memory = [InMemory.state, InMemory.version]
console.log(JSON.stringify({ core: [state, decision._tag], memory, postgres: stored, http: served }))
