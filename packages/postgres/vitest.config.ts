import { defineConfig } from "vitest/config"
import { startingWith, withServer } from "../../scripts/vitest.shared.ts"

const sequence = startingWith(["PostgresStore.integration", "ProjectorCrash.integration", "Embedded.integration"])

// Test files share no state, so that each worker imports the modules once. Many tests wait, for timeouts and for servers that
// start: with more workers than processors others run meanwhile.
export default defineConfig({ test: { ...withServer, isolate: false, maxWorkers: 3, sequence } })
