export * from "../step3/Book.ts"
