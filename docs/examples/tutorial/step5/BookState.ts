export * from "../step4/BookState.ts"
