export * from "../Book.ts"
