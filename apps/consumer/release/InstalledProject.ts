/** A project into which npm installs the packed packages with given versions of their peers, from the registry. */
import * as Fs from "node:fs"
import * as Path from "node:path"
import { published, root, tarballs } from "../test/Published.ts"
import * as UserProject from "../test/UserProject.ts"

/** The project, and how the installation ended. */
export interface InstalledProject extends UserProject.UserProject {
  readonly installed: UserProject.Outcome
  /** The version of a package that was installed. */
  readonly versionOf: (name: string) => string
}

const ofWorkspace = (name: string): string =>
  JSON.parse(Fs.readFileSync(Path.join(root, "apps/consumer/node_modules", name, "package.json"), "utf8")).version

const fileOf = (name: string): string => `${name.replace("@", "").replace("/", "-")}.tgz`

/** Makes the project. npm refuses versions that do not suit all packages (`ERESOLVE`). */
export const make = (peers: Readonly<Record<string, string>>): InstalledProject => {
  const project = UserProject.make()
  const names = published.map(({ manifest: { name } }) => name)
  for (const name of names) Fs.writeFileSync(Path.join(project.folder, fileOf(name)), tarballs.get(name)!)
  project.write(
    "package.json",
    JSON.stringify({
      private: true,
      type: "module",
      dependencies: { ...Object.fromEntries(names.map((name) => [name, `file:${fileOf(name)}`])), ...peers },
      devDependencies: { typescript: ofWorkspace("typescript"), "@types/node": ofWorkspace("@types/node") }
    })
  )
  const options = ["install", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"]
  const installed = project.run("npm", options)
  const versionOf = (name: string): string =>
    JSON.parse(Fs.readFileSync(Path.join(project.folder, "node_modules", name, "package.json"), "utf8")).version
  return { ...project, installed, versionOf }
}
