/**
 * A program that sends the webhook of the page: `node WebhookProgram.ts <json>`. It ends with the process that started it. Small
 * batches and short times, so that a test sees many of them.
 */
import { PostgresStore } from "@refold/postgres"
import { Duration, Effect, Redacted } from "effect"
import { Consumer } from "refold"
import { webhook } from "../../examples/howto/Webhook.ts"

/** What the program is given. */
export interface Started {
  readonly database: string
  readonly receiver: string
  readonly secret: string
  readonly concurrency: number
}

// The process that started it wrote it.
const { concurrency, database, receiver, secret } = JSON.parse(process.argv[2]!) as Started
process.stdin.on("end", () => process.exit()).resume()

const consumer = webhook({ url: receiver, secret: Redacted.make(secret) })
const store = PostgresStore.layer({ url: Redacted.make(database), migrate: false, ownerIdleTimeout: "3 seconds" })
const sending = Consumer.run(
  { ...consumer, concurrency, timeout: Duration.seconds(1) },
  { attempts: 1000, backoff: "5 millis", batchSize: 20 }
)
await Effect.runPromise(Effect.provide(sending, store))
