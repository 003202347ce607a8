export * from "../step2/BookState.ts"
