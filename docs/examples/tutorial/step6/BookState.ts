export * from "../step5/BookState.ts"
