export * from "../../step4/promises/Store.ts"
