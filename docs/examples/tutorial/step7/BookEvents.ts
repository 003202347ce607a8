export * from "../step6/BookEvents.ts"
