export * from "../step2/BookDecider.ts"
