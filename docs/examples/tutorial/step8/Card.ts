export * from "../step7/Card.ts"
