export * from "../step7/Book.ts"
