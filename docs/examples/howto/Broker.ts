/** A consumer that publishes events to a stream of Redis, by Redis' own client. */
import type { RedisClientType } from "@redis/client"
import { Effect } from "effect"
import { Consumer } from "refold"
import { codec } from "../Wallet.ts"

// #region broker
export const publisher = (redis: Pick<RedisClientType, "xAdd">) =>
  Consumer.makeUnsafe({
    name: "wallet-stream",
    events: codec,
    startAt: "start",
    handle: (event, { key, stream, version }) =>
      Effect.tryPromise(() =>
        redis.xAdd("wallets", "*", {
          // Subscribers skip a message with a repeated key.
          key,
          stream,
          version: String(version),
          event: JSON.stringify(event)
        })
      )
  })
// #endregion
