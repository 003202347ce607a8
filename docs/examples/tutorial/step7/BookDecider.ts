export * from "../step6/BookDecider.ts"
