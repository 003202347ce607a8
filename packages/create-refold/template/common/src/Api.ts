/** The HTTP API: `GET /openapi.json` describes it. Put your rules of access into `authorize`. */
import { Http } from "@refold/http"
import { Guests } from "./Guests.ts"
import { Seat } from "./Seat.ts"
import { SeatState } from "./SeatState.ts"

export const api = Http.makeUnsafe({
  aggregates: {
    // POST /seat/12A/Hold, POST /seat/12A/Confirm, GET /seat/12A
    seat: Http.aggregate(Seat, { state: SeatState, commands: ["Hold", "Confirm"] })
  },
  rows: {
    // GET /rows/guests/ada, GET /rows/guests?index=byConfirmed
    guests: Http.rows(Guests)
  },
  // GET /events
  events: {},
  info: { title: "Seats", version: "1.0.0" }
})
