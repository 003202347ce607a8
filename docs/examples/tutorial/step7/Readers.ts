export * from "../step6/Readers.ts"
