export * from "../step7/BookEvents.ts"
