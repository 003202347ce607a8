export * from "../step3/BookEvents.ts"
