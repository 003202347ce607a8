/**
 * The versions of the schema of an aggregate's commands, and upcasters from each version to the next. A process records its
 * commands before it sends them: a command that was recorded in an old version is sent as one of the latest.
 */
import * as Pipeable from "effect/Pipeable"
import type * as Schema from "effect/Schema"

/** A schema of commands: usually a union, one member for each command. */
export type CommandsSchema<Command> = Schema.ConstraintCodec<Command, unknown>

/** One version of the schema. */
export interface CommandVersion {
  readonly version: number
  readonly schema: CommandsSchema<unknown>
  /** Maps a command of the previous version to this one; the oldest version has none. */
  readonly upcast?: (command: never) => unknown
}

/** The versions of the schema of commands. */
export interface CommandVersions<Command> extends Pipeable.Pipeable {
  /** The versions that can be read, the oldest first. Commands are recorded in the last one. */
  readonly versions: ReadonlyArray<CommandVersion>
  /** The type of the commands: `typeof commands.Command`. It has no value at run time. */
  readonly Command: Command
}

/**
 * Makes the first version. `schemaVersion` is 1 by default, as for a schema without versions; a later one if no commands of
 * older versions are pending.
 */
export const make = <Command>(
  schema: CommandsSchema<Command>,
  options: { readonly schemaVersion?: number } = {}
): CommandVersions<Command> => fromVersions([{ version: options.schemaVersion ?? 1, schema }])

/**
 * Adds the next version: its schema and a pure function from a command of the previous version. What it returns must fit the
 * schema; otherwise the outcome of the command is `CommandFailed`.
 */
// `Made` keeps the type of a literal narrow, and keeps the literal from widening the type of the schema.
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters
export const upcast = <Before, Command, const Made extends Command>(
  schema: CommandsSchema<Command>,
  from: (command: Before) => Made
) =>
({ versions }: CommandVersions<Before>): CommandVersions<Command> =>
  fromVersions([...versions, { version: (versions.at(-1)?.version ?? 0) + 1, schema, upcast: from }])

const fromVersions = <Command>(versions: ReadonlyArray<CommandVersion>): CommandVersions<Command> => {
  const commands = { versions, ...Pipeable.Prototype }
  // `Command` carries a type only; it is not read at run time.
  return commands as unknown as CommandVersions<Command>
}

/** Whether these are versions, and not a schema. */
export const isVersions = <Command>(
  commands: CommandsSchema<Command> | CommandVersions<Command>
): commands is CommandVersions<Command> => "versions" in commands && Array.isArray(commands.versions)
