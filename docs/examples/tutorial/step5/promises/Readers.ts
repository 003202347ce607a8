export * from "../Readers.ts"
