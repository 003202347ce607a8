export * from "../step1/BookState.ts"
