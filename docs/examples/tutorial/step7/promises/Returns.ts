export * from "../Returns.ts"
