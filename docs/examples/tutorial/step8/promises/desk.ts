/** A program that takes requests: 60 of them, two for each of 30 books, by two readers. It may be killed and started again. */
import { Request } from "./Request.ts"
import { store } from "./Store.ts"

const request = store.handler(Request)

for (let n = 1; n <= 60; n++) {
  const second = n <= 30 ? 0 : 1
  const loan = { book: `b${n % 30}`, reader: `r${(n + second) % 30}`, weeks: 2 }
  // Started again, the desk sends all its requests again. Those that are stored are not stored twice.
  await request(`${n}`, loan, { idempotencyKey: `request-${n}` })
  console.log(`request ${n}`)
}

await store.close()
