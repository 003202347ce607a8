import * as Effect from "effect/Effect"
import { expect, it } from "vitest"
import { type Ended, run } from "./support/Cli.ts"
import * as Help from "./support/Help.ts"

const documents = await Effect.runPromise(Help.documents)

it.each(documents.map(({ help, path }) => ({ help, name: path.join(" ") })))(
  "$name is documented: a description, and examples that call it with flags that it has",
  ({ help, name }) => {
    expect(help.description).not.toBe("")
    expect(help.examples ?? []).not.toEqual([])
    const flags = [...help.flags, ...help.globalFlags ?? []].map((flag) => `--${flag.name}`)
    for (const { command, description } of help.examples ?? []) {
      expect(command).toContain(name)
      expect(description).toBeTruthy()
      const used = name === "refold" ? [] : command.split("|")[0]!.match(/--[a-z-]+/g) ?? []
      expect(used.filter((flag) => !flags.includes(flag) && !flags.includes(flag.replace("--no-", "--")))).toEqual([])
    }
  }
)

it("requested help goes to stdout", async () => {
  const help = await run(["parked", "list", "--help"])
  expect(help).toMatchObject({ code: 0, err: "" })
  expect(help.out).toContain("refold parked list")
  expect(help.out).not.toContain("\u001b")
})

it("a version and completions go to stdout", async () => {
  expect((await run(["--version"])).out).toMatch(/^\d+\.\d+\.\d+\n$/)
  for (const shell of ["bash", "zsh", "fish"]) {
    const script = await run(["--completions", shell])
    expect(script).toMatchObject({ code: 0, err: "" })
    expect(script.out).toContain("parked")
  }
})

it("a group without a sub-command prints its help to stderr and exits with 2", async () => {
  const group = await run(["parked"])
  expect(group).toMatchObject({ code: 2, out: "" })
  expect(group.err).toContain("discard")
})

const refused = (problem: string | RegExp): Partial<Record<keyof Ended, unknown>> => ({
  code: 2,
  out: "",
  err: typeof problem === "string" ? `refold: ${problem}\n` : expect.stringMatching(problem)
})

it.each<[args: string, problem: string | RegExp]>([
  ["parked lits", "Unknown subcommand \"lits\" for \"refold parked\" (did you mean list?): see refold parked --help"],
  ["bogus", "Unknown subcommand \"bogus\" for \"refold\": see refold --help"],
  ["status --bogus", /^refold: Unrecognized flag: --bogus in command refold status: see refold status --help\n$/],
  ["show", "Missing required argument: stream: see refold show --help"],
  ["show nodash --embedded /", "stream must be category-id, both not empty"],
  ["show a-\u001b[31m --embedded /", /^refold: stream must .*\n$/],
  ["show a-1 --at yesterday --embedded /", /^refold: --at must be a version or a time with a zone/],
  ["tail --from x --embedded /", "--from must be a position of 0 or more, or now"],
  ["tail --limit 0 --embedded /", "--limit must be 1 or more"],
  ["status", "no database is named: set REFOLD_URL or DATABASE_URL, or give --url or --embedded"],
  ["status --url postgres://x --embedded /", "give either --url or --embedded, not both"],
  ["status --every 0", "--every must be from 0.1 to 86400 seconds"],
  ["migrate --sql --dry-run", "give either --dry-run or --sql, not both"],
  ["grants --role app --as owner", /^refold: Invalid value for flag --as: .*\n$/],
  ["grants --role app --as reader --schema Shop", /^refold: schema must be small letters.*\n$/],
  ["rebuild balances --yes", "this needs a projection \"balances\": name it under projections in a refold.config.ts"],
  ["status --config none.ts --embedded /", "there is no config file none.ts"]
])("refold %s is refused as wrong usage, in one line", async (args, problem) => {
  expect(await run(args.split(" "))).toEqual(refused(problem))
})

it("--debug prints where an error comes from", async () => {
  const { err } = await run(["status", "--url", "postgres://app:secret@127.0.0.1:1/shop", "--debug"])
  expect(err.split("\n").length).toBeGreaterThan(3)
  expect(err).not.toContain("secret")
})

it("grants prints statements for a role, and needs no database", async () => {
  const { code, err, out } = await run(["grants", "--role", "app", "--as", "reader", "--schema", "shop"])
  expect({ code, err }).toEqual({ code: 0, err: "" })
  expect(out).toMatch(/^GRANT USAGE ON SCHEMA "shop", "shop_rows" TO "app";\n/)
  expect(out.trimEnd().split("\n").at(-1)).toMatch(/;$/)
})
