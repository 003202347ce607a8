export * from "../Request.ts"
