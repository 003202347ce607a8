export * from "../step7/Request.ts"
