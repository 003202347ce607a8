export * from "../step1/BookEvents.ts"
