/** The name of a project: of its folder, and of its package. */

/** The reason why a name cannot be used, in one line; undefined for a valid name. */
export const problemOf = (name: string): string | undefined => {
  const rule = /^[a-z0-9][a-z0-9._-]{0,99}$/.test(name)
    ? reserved.includes(name) ? "is reserved by npm" : undefined
    : "must be 1 to 100 lower-case letters, digits, dots, dashes and underscores, beginning with a letter or a digit"
  return rule === undefined ? undefined : `the name ${JSON.stringify(name)} ${rule}`
}

const reserved = ["node_modules", "favicon.ico"]
