export * from "../step6/BookState.ts"
