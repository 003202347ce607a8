export * from "../step7/BookState.ts"
