// Fits the API reference to this project: pages are named for package and module, `store/CommandHandler`, and open with
// the sentences of their file; what classes inherit from Effect, and what a signature says already, is left out.
import { readFileSync } from "node:fs"
import { Comment, Converter, PageEvent, ReflectionKind } from "typedoc"

export const load = (app) => {
  app.converter.on(Converter.EVENT_CREATE_DECLARATION, (context, reflection) => {
    if (reflection.kindOf(ReflectionKind.Module)) nameModule(context, reflection)
  })
  // Before TypeDoc sorts members into groups.
  app.converter.on(Converter.EVENT_RESOLVE_END, ({ project }) => {
    for (const type of project.getReflectionsByKind(ReflectionKind.ClassOrInterface)) leaveOutInherited(project, type)
    for (const parameter of project.getReflectionsByKind(ReflectionKind.Parameter)) {
      if (parameter.name === "__namedParameters") parameter.name = "options"
    }
  }, 1000)
  // After the front matter has been written.
  app.renderer.on(PageEvent.END, (page) => {
    page.contents = described(page.model.comment, shortened(page.contents ?? ""))
  }, -1000)
}

/** A file opens with its idea; TypeDoc reads that comment only with a tag that our files do not have. */
const nameModule = (context, reflection) => {
  const file = context.getSymbolFromReflection(reflection)?.declarations?.[0]?.getSourceFile().fileName
  const opening = file === undefined ? null : /^\/\*\*([\s\S]*?)\*\//.exec(readFileSync(file, "utf8"))
  reflection.name = reflection.name.replace(/\/src\/(?:\w+\/)*/, "/")
  if (opening === null) return
  const text = opening[1].replaceAll(/^ *\* ?/gm, "").replaceAll(/\s+/g, " ").trim()
  reflection.comment = new Comment([{ kind: "text", text }])
}

/** A service keeps its methods, which TypeDoc lists under `Service`; an error keeps its fields. */
const leaveOutInherited = (project, type) => {
  for (const member of type.children?.slice() ?? []) {
    const inherited = member.inheritedFrom !== undefined || member.overwrites !== undefined
    if (!inherited) continue
    const file = project.getSymbolIdFromReflection(member)?.fileName ?? ""
    if (member.name !== "Service" && file.includes("/node_modules/")) project.removeReflection(member)
    else for (const part of [member, ...signaturesOf(member)]) part.inheritedFrom = part.overwrites = undefined
  }
  const own = type.extendedTypes?.filter(({ reflection }) => reflection !== undefined) ?? []
  type.extendedTypes = own.length === 0 ? undefined : own
}

const signaturesOf = ({ getSignature, setSignature, signatures = [] }) =>
  [...signatures, getSignature, setSignature].filter((signature) => signature !== undefined)

/** A table with one column becomes a line, and a result type that repeats the signature is left out. */
const shortened = (contents) =>
  contents
    .replaceAll(/^#+ Type Parameters\n\n\| Type Parameter \|\n\| -+ \|\n((?:\|.*\|\n?)+)/gm, (_, rows) =>
      `Type parameters: ${rows.trim().split("\n").map((row) => row.slice(1, -1).trim()).join(", ")}\n`)
    .replaceAll(/^#+ Returns\n\n.+\n\n?(?=#|\*\*\*|$(?![\s\S]))/gm, "")

const described = (comment, contents) => {
  const text = comment?.summary.map((part) => part.text).join("")
  return text ? contents.replace(/^---\n/, `---\ndescription: ${JSON.stringify(text)}\n`) : contents
}
