export * from "../step3/BookDecider.ts"
