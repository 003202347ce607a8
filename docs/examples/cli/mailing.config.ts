// #region config
import { defineConfig } from "@refold/cli"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Mailer, MailRefused, receipts } from "../howto/Mailing.ts"

// In an application: the layer that its programs use.
const mailer = Layer.succeed(
  Mailer,
  Mailer.of({
    send: ({ to }) => to === "eve" ? Effect.fail(new MailRefused({ reason: "no such mailbox" })) : Effect.void
  })
)

export default defineConfig({ consumers: [receipts], services: mailer })
// #endregion
