import { defineConfig } from "vitest/config"
import { startingWith, withServer } from "../../scripts/vitest.shared.ts"

const sequence = startingWith(["PostgresStore.integration", "ProjectorCrash.integration", "Embedded.integration"])

// Test files share no state, so each worker imports the modules only once. Many tests wait for timeouts and for starting
// servers: more workers than processors use that time.
export default defineConfig({ test: { ...withServer, isolate: false, maxWorkers: 3, sequence } })
