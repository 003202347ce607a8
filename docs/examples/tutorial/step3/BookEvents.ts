export * from "../step2/BookEvents.ts"
