export * from "../step5/Store.ts"
