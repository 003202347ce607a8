export * from "../step4/BookDecider.ts"
