/** The flags that every command has. */
import * as Flag from "effect/cli/Flag"
import * as GlobalFlag from "effect/cli/GlobalFlag"

/** The address of a server; a password in it is never printed. */
export const url = GlobalFlag.Setting("url")({
  flag: Flag.Redacted("url").pipe(
    Flag.withDescription(
      "postgres://user@host/database; before REFOLD_URL and DATABASE_URL, and other users of this machine can see it"
    ),
    Flag.optional
  )
})

/** The folder of an embedded database. */
export const embedded = GlobalFlag.Setting("embedded")({
  flag: Flag.String("embedded").pipe(
    Flag.withMetavar("folder"),
    Flag.withDescription("The folder of an embedded database, in place of a server"),
    Flag.optional
  )
})

/** The schema of the store. */
export const schema = GlobalFlag.Setting("schema")({
  flag: Flag.String("schema").pipe(
    Flag.withMetavar("name"),
    Flag.withDescription("The schema of the store; \"refold\", or that of the config file, by default"),
    Flag.optional
  )
})

/** The config file. */
export const config = GlobalFlag.Setting("config")({
  flag: Flag.String("config").pipe(
    Flag.withMetavar("file"),
    Flag.withDescription(
      "The config file; refold.config.ts, .mts, .js or .mjs in this folder by default, if there is one"
    ),
    Flag.optional
  )
})

/** The form of the output. */
export const json = GlobalFlag.Setting("json")({
  flag: Flag.Boolean("json").pipe(
    Flag.withDescription("One JSON object a line, also on a terminal; --no-json gives a table, also into a pipe"),
    Flag.optional
  )
})

/** Consent to a change. */
export const yes = GlobalFlag.Setting("yes")({
  flag: Flag.Boolean("yes").pipe(
    Flag.withAlias("y"),
    Flag.withoutNegation,
    Flag.withDescription("Change the store without asking; required if there is no terminal to ask on"),
    Flag.withDefault(false)
  )
})

/** Stacks of errors. The reporter of errors reads it from the arguments, because it runs outside of the commands. */
const debug = GlobalFlag.Setting("debug")({
  flag: Flag.Boolean("debug").pipe(
    Flag.withoutNegation,
    Flag.withDescription("Print the causes and the stack of an error"),
    Flag.withDefault(false)
  )
})

/** All of them. */
export const all = [url, embedded, schema, config, json, yes, debug] as const

/** The settings for loading the config file. */
export type Config = GlobalFlag.Setting.Identifier<"config">
