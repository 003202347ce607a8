export * from "../step4/Store.ts"
