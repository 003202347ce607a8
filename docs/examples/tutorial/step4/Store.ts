export * from "../step3/Store.ts"
