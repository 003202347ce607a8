/** Stand-in. */
export * from "../../internal/EventRows.ts"
