export * from "../step7/Returns.ts"
