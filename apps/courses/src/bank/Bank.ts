/** The course "Bank account": events, the table, append, replay, snapshots and temporal queries. */
import type { Course } from "../Course.ts"
import * as Store from "./StoreObjectives.ts"
import * as Time from "./TimeObjectives.ts"

/** A bank account on PostgreSQL, from scratch. */
export const bank: Course = {
  name: "bank",
  title: "Bank account on PostgreSQL, from scratch",
  objectives: [Store.events, Store.table, Store.append, Time.replay, Time.snapshot, Time.temporal, Time.everything]
}
