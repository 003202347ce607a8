/** Events and commands whose schemas are zod's. */
import { EventType, StandardSchema } from "refold"
import * as z from "zod"

// #region zod
export const Booked = EventType.make("Booked", StandardSchema.make(z.object({ slot: z.string(), guest: z.email() })))

export const Command = StandardSchema.make(z.object({ _tag: z.literal("Book"), slot: z.string(), guest: z.email() }))
// #endregion
