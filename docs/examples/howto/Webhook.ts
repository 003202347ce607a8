/** A consumer that posts events to a receiver, signed as the Standard Webhooks specification says. */
import { Clock, Effect, Redacted } from "effect"
import { Consumer } from "refold"
import { Webhook } from "standardwebhooks"
import { codec } from "../Wallet.ts"

/** The url of the receiver, and the shared secret: `whsec_` and 24 to 64 bytes in Base64. */
export interface Receiver {
  readonly url: string
  readonly secret: Redacted.Redacted
}

// #region webhook
export const webhook = ({ secret, url }: Receiver) => {
  const signer = new Webhook(Redacted.value(secret))
  return Consumer.makeUnsafe({
    name: "wallet-webhook",
    events: codec,
    startAt: "now",
    timeout: "10 seconds",
    handle: (event, { key, occurredAt, stream }) =>
      Effect.gen(function*() {
        const { _tag: type, ...fields } = event
        const body = JSON.stringify({ type, timestamp: occurredAt, data: { wallet: stream, ...fields } })
        // The time of this attempt: a receiver refuses old requests. The id is the same in every attempt.
        const now = new Date(yield* Clock.currentTimeMillis)
        const headers = {
          "content-type": "application/json",
          "webhook-id": key,
          "webhook-timestamp": String(Math.floor(now.getTime() / 1000)),
          "webhook-signature": signer.sign(key, now, body)
        }
        yield* post(url, { body, headers })
      })
  })
}

const post = (url: string, request: { readonly body: string; readonly headers: Record<string, string> }) =>
  Effect.gen(function*() {
    const response = yield* Effect.tryPromise((signal) =>
      // A redirect could send the request and its signature to another host.
      fetch(url, { method: "POST", redirect: "error", signal, ...request })
    )
    yield* Effect.promise(async () => response.body?.cancel())
    if (!response.ok) yield* Effect.fail(`the receiver answered ${response.status}`)
  })
// #endregion

// #region run
/** For a program that runs until it is stopped: an interruption ends it when the current request is answered. */
export const webhooks = (receiver: Receiver) => Consumer.run(webhook(receiver), { attempts: 8, backoff: "500 millis" })
// #endregion
