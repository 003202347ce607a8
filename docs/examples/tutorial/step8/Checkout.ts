export * from "../step7/Checkout.ts"
