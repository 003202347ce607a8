export * from "../../step6/promises/Store.ts"
