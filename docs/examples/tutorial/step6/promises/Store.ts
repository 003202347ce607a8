export * from "../../step5/promises/Store.ts"
