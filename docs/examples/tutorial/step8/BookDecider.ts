export * from "../step7/BookDecider.ts"
