export * from "../step3/BookState.ts"
