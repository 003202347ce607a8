/*
 * A project with the packed packages in its node_modules, and links to those other packages only that their manifests name: what
 * is not declared is not found. It needs no registry.
 */
import * as Fs from "node:fs"
import * as Path from "node:path"
import { type Manifest, published, root, unpack } from "./Published.ts"
import * as UserProject from "./UserProject.ts"

/** Makes the project. Optional peers are left out where they are not wanted. */
export const make = ({ optionalPeers }: { readonly optionalPeers: boolean }): UserProject.UserProject => {
  const project = UserProject.make()
  const modules = Path.join(project.folder, "node_modules")
  for (const { manifest: { name } } of published) unpack(name, modules)
  for (const one of published) {
    for (const name of needed(one.manifest, optionalPeers)) link(modules, name, Path.join(one.folder, "node_modules"))
  }
  for (const name of ["@types/node", "effect", "typescript"]) {
    link(modules, name, Path.join(root, "apps/consumer/node_modules"))
  }
  project.write("package.json", JSON.stringify({ private: true, type: "module" }))
  Fs.mkdirSync(Path.join(modules, ".bin"))
  Fs.symlinkSync("../typescript/bin/tsc", Path.join(modules, ".bin/tsc"))
  return project
}

const needed = (manifest: Manifest, optionalPeers: boolean): ReadonlyArray<string> =>
  [
    ...Object.keys(manifest.dependencies ?? {}),
    ...Object.keys(manifest.peerDependencies ?? {}).filter(
      (name) => optionalPeers || manifest.peerDependenciesMeta?.[name]?.optional !== true
    )
  ].filter((name) => !published.some((other) => other.manifest.name === name))

const link = (modules: string, name: string, from: string): void => {
  const path = Path.join(modules, name)
  if (Fs.existsSync(path)) return
  Fs.mkdirSync(Path.dirname(path), { recursive: true })
  Fs.symlinkSync(Fs.realpathSync(Path.join(from, name)), path)
}
