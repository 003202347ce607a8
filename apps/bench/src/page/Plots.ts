/** The figures of a run as pictures, in the colour of the text around them. */
import * as Plot from "@observablehq/plot"
import { parseHTML } from "linkedom"
import type { Compared, Findings } from "../speed/Findings.ts"

/** The pictures by name; one whose groups were not measured is missing. */
export const plots = (findings: Findings): ReadonlyArray<readonly [name: string, svg: string]> => [
  ...curve(findings, "append", { x: "writers", y: "events a second" }),
  ...curve(findings, "replay", { x: "events of the stream", y: "milliseconds of a load" }),
  ...ratios(findings)
]

interface Point {
  readonly label: string
  readonly isRefold: boolean
  readonly x: number
  readonly y: number
  readonly low: number
  readonly high: number
}

/** A line for each store over the groups `name-1`, `name-16` and so on; the figures are on a logarithmic axis. */
const curve = (
  { groups }: Findings,
  name: string,
  axes: { readonly x: string; readonly y: string }
): ReadonlyArray<readonly [string, string]> => {
  const points = groups.flatMap((group) => {
    const x = new RegExp(`^${name}-(\\d+)$`).exec(group.name)?.[1]
    return x === undefined ? [] : pointsOf(group, Number(x))
  })
  const xs = [...new Set(points.map(({ x }) => x))].toSorted((a, b) => a - b)
  if (xs.length < 2) return []
  const last = points.filter(({ x }) => x === xs.at(-1))
  const svg = draw({
    height: 420,
    marginLeft: 60,
    marginRight: 100,
    x: { type: "point", label: axes.x, domain: xs, tickFormat: whole },
    y: { type: "log", label: axes.y, grid: true, tickFormat: whole, ticks: 6 },
    marks: [
      Plot.line(points, { x: "x", y: "y", z: "label", strokeWidth: width, strokeOpacity: strength }),
      Plot.dot(points, { x: "x", y: "y", r: 2.5, fill: "currentColor", fillOpacity: strength }),
      ...["bold", "normal"].map((fontWeight) =>
        Plot.text(apart(last, points).filter(({ isRefold }) => isRefold === (fontWeight === "bold")), {
          x: "x",
          y: "y",
          text: "label",
          textAnchor: "start",
          dx: 8,
          fontWeight
        })
      )
    ]
  })
  return [[name, svg]]
}

const pointsOf = ({ rows }: Compared, x: number): ReadonlyArray<Point> =>
  rows.flatMap(({ figure, label, peer }) =>
    figure === undefined
      ? []
      : [{ label, isRefold: peer === "refold", x, y: figure.median, low: figure.min, high: figure.max }]
  )

// The lines of text that the axis has room for.
const lines = 24

/** Moves labels that would overlap from each other, by the factor that a line of text takes on the axis of all points. */
const apart = (points: ReadonlyArray<Point>, all: ReadonlyArray<Point>): ReadonlyArray<Point> => {
  const ys = all.map(({ y }) => y)
  const line = (Math.max(...ys) / Math.min(...ys)) ** (1 / lines)
  let below = 0
  return points.toSorted((a, b) => a.y - b.y).map((point) => {
    below = Math.max(point.y, below * line)
    return { ...point, y: below }
  })
}

/** The ratios of Refold in each group, a column for each other store: dots, with the range of the rounds. */
const ratios = ({ groups }: Findings): ReadonlyArray<readonly [string, string]> => {
  const points = groups.filter(({ compare, unit }) => compare === "refold" && unit !== "MB").flatMap((group) =>
    group.rows.flatMap(({ label, peer, ratio }) =>
      ratio === undefined || peer.startsWith("refold")
        ? []
        : [{
          group: group.name,
          store: label.replace(" in memory", ""),
          ratio: ratio.median,
          low: ratio.min,
          high: ratio.max
        }]
    )
  )
  if (points.length === 0) return []
  const names = [...new Set(points.map(({ group }) => group))]
  const at = { y: "group", fx: "store" }
  const svg = draw({
    height: 80 + 18 * names.length,
    marginLeft: 110,
    x: { type: "log", label: null, ticks: [0.1, 1, 10], grid: true, tickFormat: (n: number) => `×${n}` },
    y: { label: null, domain: names },
    fx: { label: null, domain: [...new Set(points.map(({ store }) => store))] },
    marks: [
      Plot.ruleX([1], { strokeWidth: 1.5 }),
      Plot.ruleY(points, { ...at, x1: "low", x2: "high", strokeOpacity: 0.4 }),
      Plot.dot(points, { ...at, x: "ratio", r: 3, fill: "currentColor" })
    ]
  })
  return [["ratios", svg]]
}

const width = ({ isRefold }: Point): number => (isRefold ? 3 : 1.2)
const strength = ({ isRefold }: Point): number => (isRefold ? 1 : 0.6)
const whole = (n: number): string => n.toLocaleString("en-US")

const draw = (options: Plot.PlotOptions): string => {
  const { document } = parseHTML("<!doctype html><html><body></body></html>")
  const svg = Plot.plot({ width: 720, style: { background: "transparent", fontSize: "12px" }, ...options, document })
  svg.setAttribute("xmlns", "http://www.w3.org/2000/svg")
  // More digits than a screen has points.
  return `${svg.outerHTML.replaceAll(/(\d+\.\d{2})\d+/g, "$1")}\n`
}
