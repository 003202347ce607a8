export * from "../step6/Store.ts"
