/** Shows a run: its output, its log, and what the log folds to at the place of a slider. */
import { type Line, nothing, type Report, type ShownEvent } from "../Protocol.ts"
import { fill, type Part, row } from "./Dom.ts"
import * as Timeline from "./Timeline.ts"

/** The results of one playground. */
export interface Results {
  readonly clear: () => void
  readonly print: (line: Line) => void
  readonly show: (report: Report) => void
}

/** The results in the elements of a playground. */
export const make = (part: Part): Results => {
  const slider = part("slider", HTMLInputElement)
  const stream = part("stream", HTMLSelectElement)
  let report = nothing
  let stops: ReadonlyArray<number> = [0]
  const move = () => showMoment(part, report, stops[slider.valueAsNumber] ?? 0, stream.value)
  const filter = () => {
    stops = Timeline.stops(report, stream.value === "" ? undefined : stream.value)
    slider.max = String(stops.length - 1)
    slider.value = slider.max
    move()
  }
  slider.addEventListener("input", move)
  stream.addEventListener("change", filter)
  const show = (next: Report) => {
    report = next
    showLog(part, report)
    filter()
  }
  return {
    clear: () => {
      part("output").replaceChildren()
      show(nothing)
    },
    print: ({ level, text }) => {
      const line = document.createElement("div")
      line.className = level
      line.textContent = text
      part("output").append(line)
    },
    show
  }
}

const showLog = (part: Part, report: Report): void => {
  const hasEvents = report.events.length > 0
  part("log").hidden = !hasEvents && report.notes.length === 0
  part("time").hidden = !hasEvents
  fill(
    part("notes"),
    report.notes.map((note) => {
      const item = document.createElement("li")
      item.textContent = note
      return item
    })
  )
  fill(
    part("events"),
    report.events.map((event) =>
      row([String(event.position), event.stream, String(event.version), event.type, event.data])
    )
  )
  const streams = Timeline.streamsOf(report)
  part("streams").hidden = streams.length < 2
  const all = new Option("all", "")
  fill(part("stream"), [all, ...streams.map((name) => new Option(name, name))])
}

const showMoment = (part: Part, report: Report, count: number, stream: string): void => {
  const moment = Timeline.at(report, count)
  showPlace(part, report, count, moment.last)
  showStates(part, moment, stream)
  showRows(part, moment)
  part("projections").hidden = report.projections.length === 0
  markEvents(part, count)
}

const showPlace = (part: Part, report: Report, count: number, last: ShownEvent | undefined): void => {
  const text = last === undefined
    ? `before the first of ${report.events.length} events`
    : `after event ${count} of ${report.events.length}: ${last.type}${last.stream === "" ? "" : ` in ${last.stream}`}`
  part("place").textContent = text
  part("slider").setAttribute("aria-valuetext", text)
}

const showStates = (part: Part, { last, streams }: Timeline.Moment, stream: string): void => {
  const shown = [...streams.values()].filter((event) => stream === "" || event.stream === stream)
  fill(
    part("states"),
    shown.map((event) => {
      const cells = [
        event.stream === "" ? "the array" : event.stream,
        String(event.version),
        event.state ?? "no aggregate is defined for it"
      ]
      return row(cells, event === last)
    })
  )
}

const showRows = (part: Part, { changed, rows }: Timeline.Moment): void =>
  fill(
    part("rows"),
    [...rows].flatMap(([projection, states]) =>
      [...states].map(([key, state]) => row([projection, key, state], changed.has(Timeline.rowName(projection, key))))
    )
  )

// Marks the last event of the moment, and those that come after it.
const markEvents = (part: Part, count: number): void => {
  for (const [index, element] of [...part("events").children].entries()) {
    element.classList.toggle("later", index >= count)
    if (index === count - 1) element.setAttribute("aria-current", "true")
    else element.removeAttribute("aria-current")
  }
  keepInView(part("events").children[count - 1])
}

// Within its own box: the page does not move.
const keepInView = (element: Element | undefined): void => {
  const box = element?.closest<HTMLElement>("[data-scrolls]")
  if (!(element instanceof HTMLElement) || box === null || box === undefined) return
  const top = element.offsetTop - box.clientHeight / 2
  box.scrollTop = Math.max(0, top)
}
