/** Aggregates and projections over HTTP. */
export * as Http from "./Http.ts"
export * as HttpSpec from "./HttpSpec.ts"
export * as Problem from "./Problem.ts"
export { problemOf } from "./Problem.ts"
export * as RequestHeaders from "./RequestHeaders.ts"
export { etagOf, handleOptionsOf } from "./RequestHeaders.ts"
