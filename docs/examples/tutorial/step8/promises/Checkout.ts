export * from "../Checkout.ts"
