/** The folder of a database belongs to the user of this process, and no other user may read or write it. */
import * as Fs from "node:fs"
import * as Path from "node:path"
import * as FolderLock from "./FolderLock.ts"

/** Refuses a folder of another user, as PostgreSQL does: the owner of the folder could not open files that root makes. */
export const checkOwner = (folder: string): void => {
  const own = process.geteuid?.()
  const { uid } = Fs.statSync(folder)
  if (own === undefined || uid === own) return
  throw new Error(
    `it belongs to user ${uid}, and this program runs as user ${own}: run it as the owner, give the folder to this user with chown -R ${own}, or use another folder`
  )
}

/** Refuses a folder with other files, and one whose database other users may have changed, as PostgreSQL does. */
export const checkFiles = (folder: string): void => {
  const files = Fs.readdirSync(folder).filter((name) => !name.startsWith(FolderLock.lockFile))
  if (files.length === 0) return
  if (!files.includes("PG_VERSION")) throw new Error("it holds other files and no database")
  if (isWritableByOthers(folder)) {
    throw new Error(
      `other users can write to it, and may have changed the database: check it, and then remove their rights with chmod 700`
    )
  }
}

const isWritableByOthers = (folder: string): boolean =>
  process.platform !== "win32" && (Fs.statSync(folder).mode & 0o022) !== 0

/** Removes the rights of other users on the folder, which protect the files in it: PGlite creates them readable to others. */
export const makePrivate = (folder: string): void => {
  if (process.platform === "win32" || (Fs.statSync(folder).mode & 0o077) === 0) return
  const wasWritable = isWritableByOthers(folder)
  Fs.chmodSync(folder, 0o700)
  // Another user may have put a database there since the folder was seen empty.
  if (wasWritable && Fs.existsSync(Path.join(folder, "PG_VERSION"))) {
    throw new Error("other users could write to it, and one has put a database there: use another folder")
  }
}
