/** Imports that Vite resolves. */

declare module "*?raw" {
  const text: string
  export default text
}

declare module "*?worker&url" {
  const url: string
  export default url
}

declare module "*?url" {
  const address: string
  export default address
}

interface ImportMeta {
  readonly glob: (
    pattern: string,
    options: { readonly query: "?raw"; readonly import: "default"; readonly eager: true }
  ) => Record<string, string>
}
