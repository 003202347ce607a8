import { defineConfig } from "vitest/config"
import { shared } from "../../scripts/vitest.shared.ts"

// The checks of a release. They install from the registry, so `npm test` leaves them out.
export default defineConfig({
  test: { ...shared, include: ["release/*.test.ts"], isolate: false, maxWorkers: 1, reporters: ["verbose"] }
})
