export * from "../BookEvents.ts"
