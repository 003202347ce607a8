export * from "../step4/Readers.ts"
