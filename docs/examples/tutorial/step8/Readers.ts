export * from "../step7/Readers.ts"
