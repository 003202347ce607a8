export * from "../step4/BookEvents.ts"
