/** "Last Tuesday at 15:00" as an instant. */
import { DateTime } from "effect"

const tuesday = 2

/** The given hour, in UTC, of the last Tuesday before the day of `now`. */
export const lastTuesdayAt = (hour: number, now: DateTime.Utc): DateTime.Utc => {
  const midnight = DateTime.startOf(now, "day")
  const days = (DateTime.getPartUtc(midnight, "weekDay") + 7 - tuesday) % 7
  return midnight.pipe(DateTime.subtract({ days: days === 0 ? 7 : days }), DateTime.add({ hours: hour }))
}
