export * from "../../step3/promises/Store.ts"
