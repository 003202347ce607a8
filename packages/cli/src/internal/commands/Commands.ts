/** The command `refold` with all its sub-commands, as a value: the source of `--help`, the completions and the reference page. */
import * as Command from "effect/cli/Command"
import * as Settings from "../frame/Settings.ts"
import * as ConsumerCommands from "./ConsumerCommands.ts"
import * as EventCommands from "./EventCommands.ts"
import * as GrantsCommand from "./GrantsCommand.ts"
import * as MigrateCommand from "./MigrateCommand.ts"
import * as ParkedCommands from "./ParkedCommands.ts"
import * as ProcessCommands from "./ProcessCommands.ts"
import * as RebuildCommand from "./RebuildCommand.ts"
import * as StatusCommand from "./StatusCommand.ts"
import * as StreamsCommand from "./StreamsCommand.ts"
import * as TraceCommand from "./TraceCommand.ts"
import * as VerifyCommand from "./VerifyCommand.ts"
import * as WholeStoreCommands from "./WholeStoreCommands.ts"

/** `refold`. */
export const refold = Command.make("refold").pipe(
  Command.withDescription(
    "Operates a Refold store on PostgreSQL. The database is that of --url, REFOLD_URL or DATABASE_URL, or of --embedded."
  ),
  Command.withExamples([
    { command: "refold migrate --embedded ./data --yes", description: "A new store in a folder" },
    { command: "REFOLD_URL=postgres://app@db/shop refold status", description: "The state of a store on a server" }
  ]),
  Command.withSubcommands([
    MigrateCommand.command,
    GrantsCommand.command,
    StatusCommand.command,
    StreamsCommand.command,
    EventCommands.show,
    EventCommands.tail,
    TraceCommand.command,
    RebuildCommand.command,
    ParkedCommands.command,
    ProcessCommands.command,
    ConsumerCommands.command,
    VerifyCommand.verify,
    VerifyCommand.doctor,
    WholeStoreCommands.exportStore,
    WholeStoreCommands.importStore
  ]),
  Command.withGlobalFlags(Settings.all)
)
