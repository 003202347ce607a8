export * from "../step6/Book.ts"
