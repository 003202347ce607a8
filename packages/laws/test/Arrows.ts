// The architecture as data: the allowed imports between packages, and between rooms of a package. `violation` checks one
// import of one file; the test applies it to every import of the sources of packages and apps.

/** The allowed imports of one package, beside its own files. */
interface Arrow {
  /** Workspace packages, by folder name. */
  readonly workspace: ReadonlyArray<string>
  /** Modules of `effect`: a list of names, or all of them. The barrel `effect` itself has its own rule. */
  readonly effect: ReadonlyArray<string> | "all"
  readonly effectBarrel: boolean
  /** Other npm packages; "all" leaves it to the manifest. */
  readonly npm: ReadonlyArray<string> | "all"
  /** `node:` modules. */
  readonly node: boolean
  /** Folders of other apps and of examples whose files the package runs. */
  readonly folders?: ReadonlyArray<string>
}

/** One import of a file; `specifier` is undefined if it is computed. */
export interface Import {
  /** Path from the root of the repository, with forward slashes. */
  readonly file: string
  readonly specifier: string | undefined
}

/** The modules of `effect` that are pure data: no fibers, no services, no I/O. */
const dataModules = [
  ..."Array BigDecimal BigInt Boolean Brand Chunk Data DateTime Duration Equal Equivalence Function Hash HashMap".split(
    " "
  ),
  ..."HashSet Iterable Match MutableHashMap MutableHashSet Number Option Order Ordering Pipeable Predicate".split(" "),
  ..."Record RegExp Result Schema SchemaAST SchemaGetter SchemaIssue SchemaParser SchemaTransformation StandardSchema"
    .split(" "),
  ..."String Struct Tuple Types encoding/Base64Url".split(" ")
]

const library = { effect: "all", effectBarrel: false, npm: [], node: false } as const

const app: Arrow = {
  workspace: ["refold", "core", "store", "memory", "postgres", "legacy", "http"],
  effect: "all",
  effectBarrel: true,
  npm: "all",
  node: true
}

/**
 * The rooms of a package, in the order in which they build on one another: a file imports its own room and those before
 * it. Files directly in `src` combine rooms and may import all; no room imports them.
 */
const rooms = "schema embedded kit event journal log decide project process consume app maintain promise".split(" ")

/** `core <- store <- memory | postgres <- legacy | cli`, `core, store, memory <- refold <- apps`, and `core, store <- laws`. */
export const arrows: Readonly<Record<string, Arrow>> = {
  // Hashes are pure; those of Node are not available everywhere, and those of Web Crypto are not synchronous.
  "packages/core": { ...library, workspace: [], effect: dataModules, npm: ["@noble/hashes"] },
  "packages/store": { ...library, workspace: ["core"] },
  "packages/memory": { ...library, workspace: ["core", "store"] },
  "packages/postgres": {
    ...library,
    workspace: ["core", "store"],
    npm: ["@effect/sql-pg", "@electric-sql/pglite"],
    node: true
  },
  "packages/legacy": { ...library, workspace: ["core", "store", "postgres"], node: true },
  "packages/cli": { ...library, workspace: ["core", "store", "postgres"], npm: ["jiti"], node: true },
  "packages/http": { ...library, workspace: ["core", "store"] },
  "packages/refold": { ...library, workspace: ["core", "store", "memory"] },
  // Writes the files of a template, which are not its own sources.
  "packages/create-refold": { ...library, workspace: [], effect: [], node: true },
  "packages/laws": { ...library, workspace: ["core", "store"], npm: ["fast-check", "vitest"] },
  "apps/ledger": app,
  "apps/orders": app,
  // Runs the exercises of the courses with the code of the other apps.
  "apps/courses": { ...app, folders: ["apps/ledger/src", "apps/orders/src", "apps/bench/src", "docs/examples"] },
  "apps/bench": { ...app, workspace: [...app.workspace, "laws"] }
}

/** The reason why an import breaks the rules; undefined for an allowed import. */
export const violation = ({ file, specifier }: Import): string | undefined => {
  const home = file.split("/").slice(0, 2).join("/")
  const arrow = arrows[home]
  const refuse = (reason: string) => `${file} imports ${specifier ?? "a computed path"}: ${reason}`
  if (arrow === undefined) return refuse(`${home} is not in the table of arrows`)
  if (specifier === undefined) return refuse("an import must name its module in a literal")
  const reason = specifier.startsWith(".") ? relative(file, home, specifier) : bare(arrow, home, specifier)
  return reason === undefined ? undefined : refuse(reason)
}

const relative = (file: string, home: string, specifier: string): string | undefined => {
  const target = new URL(specifier, `file:///${file}`).pathname.slice(1)
  if (arrows[home]?.folders?.some((folder) => target.startsWith(`${folder}/`)) === true) return undefined
  if (!target.startsWith(`${home}/`)) return `it leaves ${home}`
  if (!target.startsWith(`${home}/src/`)) return "sources may import only sources"
  return home.startsWith("packages/") ? upward(roomOf(file), roomOf(target)) : undefined
}

/** The folder below `src`; undefined for a file directly in `src`. */
const roomOf = (path: string): string | undefined => path.split("/").slice(3, -1)[0]

const upward = (from: string | undefined, to: string | undefined): string | undefined => {
  // A package that is one concept has no rooms, only `internal`.
  if (from === undefined || from === "internal" || from === to) return undefined
  if (to === undefined) return `room ${from} may not import files that combine rooms`
  const [lower, upper] = [rooms.indexOf(to), rooms.indexOf(from)]
  return lower !== -1 && lower < upper ? undefined : `room ${from} comes before room ${to}`
}

/** The reason why a source file is in no room; undefined if it is in one. */
export const homeless = (file: string): string | undefined => {
  const room = roomOf(file)
  return room === undefined || rooms.includes(room) || room === "internal" ? undefined : `${file}: no room "${room}"`
}

const bare = (arrow: Arrow, home: string, specifier: string): string | undefined => {
  const parts = specifier.split("/")
  const name = specifier.startsWith("@") ? parts.slice(0, 2).join("/") : parts[0] ?? specifier
  if (specifier.startsWith("node:")) return arrow.node ? undefined : `${home} may not use Node's own modules`
  if (name === "effect") return effect(arrow, home, parts.slice(1).join("/"))
  if (name === "refold" || name.startsWith("@refold/")) {
    return workspace(arrow, home, specifier, name.replace("@refold/", ""))
  }
  return arrow.npm === "all" || arrow.npm.includes(name) ? undefined : `${home} may not depend on ${name}`
}

const effect = (arrow: Arrow, home: string, module: string): string | undefined => {
  if (module === "") return arrow.effectBarrel ? undefined : "libraries import effect's modules, never its barrel"
  return arrow.effect === "all" || arrow.effect.includes(module)
    ? undefined
    : `${home} may use Effect's data modules only`
}

const workspace = (arrow: Arrow, home: string, specifier: string, name: string): string | undefined => {
  if (home === `packages/${name}`) return "a package reaches its own files by relative paths"
  if (specifier.includes("/internal/") && !home.startsWith("packages/"))
    return `apps do not import internals of ${name}`
  return arrow.workspace.includes(name) ? undefined : `no arrow leads from ${home} to packages/${name}`
}

// Comments and strings are matched first, so that quoted code is not read as an import.
const tokens = new RegExp(
  [
    String.raw`\/\/[^\n]*|\/\*[\s\S]*?\*\/`,
    String.raw`\b(?:import|export)\b[^"'\`;]*?\bfrom\s*(?<from>["'][^"'\n]*["'])`,
    String.raw`\bimport\s*(?<bare>["'][^"'\n]*["'])`,
    String.raw`\b(?:import|require)\s*\(\s*(?<call>["'][^"'\n]*["']|\`[^\`$]*\`)?`,
    String.raw`"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'`
  ].join("|"),
  "g"
)

/** Every import of a source text: static, dynamic, type-only, re-exports. */
export const importsOf = (file: string, source: string): ReadonlyArray<Import> =>
  [...source.matchAll(tokens)].flatMap(({ 0: text, groups }): Array<Import> => {
    const quoted = groups?.["from"] ?? groups?.["bare"] ?? groups?.["call"]
    if (quoted !== undefined) return [{ file, specifier: quoted.slice(1, -1) }]
    return /^(?:import|require)\s*\(/.test(text) ? [{ file, specifier: undefined }] : []
  })

const topLevel = [
  ..."CHANGELOG.md CONTRIBUTING.md LICENSE README.md SECURITY.md".split(" "),
  ..."package.json pnpm-lock.yaml pnpm-workspace.yaml tsconfig.base.json turbo.json"
    .split(" "),
  ..."apps docs packages scripts".split(" ")
]

/** The tracked names at the top of the repository that do not belong there. Dot-files belong to tools. */
export const strangers = (tracked: ReadonlyArray<string>): ReadonlyArray<string> =>
  [...new Set(tracked.map((path) => path.split("/")[0] ?? path))]
    .filter((name) => !name.startsWith(".") && !topLevel.includes(name))
