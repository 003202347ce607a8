export * from "../Card.ts"
