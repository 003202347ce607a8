/** Outcomes of a group's cells as rows: medians, spreads and ratios of rounds. */
import type { Compared, Row } from "./Findings.ts"
import type { Cell, Group } from "./Group.ts"
import { entryOf } from "./Peers.ts"
import type { Answered } from "./Protocol.ts"
import type { Outcome } from "./Rounds.ts"
import * as Statistics from "./Statistics.ts"

/** A measurement, with the processor time of the server if that can be measured. */
export interface Sample extends Answered {
  readonly serverCpuMicros?: number
}

/** The rows of a group. A cell that failed has no figure, however fast its other rounds were. */
export const rows = (group: Group, outcomes: ReadonlyArray<Outcome<Sample>>): Compared => {
  const { cells, ...rest } = group
  return { ...rest, rows: cells.map((cell, index) => row(group, outcomes, cell, index)) }
}

const row = (group: Group, outcomes: ReadonlyArray<Outcome<Sample>>, cell: Cell, index: number): Row => {
  const { failed, missing, values } = outcomes[index]!
  const base = baseOf(group, cell)
  const label = [entryOf(cell.peer).label, ...(cell.variant === undefined ? [] : [cell.variant])].join(", ")
  const plain = { label, peer: cell.peer, values: values.map((sample) => sample?.value ?? null) }
  if (failed !== undefined) return { ...plain, failed }
  if (missing !== undefined) return { ...plain, missing }
  const samples = values.filter((sample) => sample !== undefined)
  const ratio = base === undefined || outcomes[base]?.failed !== undefined
    ? undefined
    : ratioOf(group, values, outcomes[base]!.values)
  return {
    ...plain,
    figure: Statistics.spread(samples.map(({ value }) => value)),
    ...(ratio === undefined ? {} : { ratio }),
    ...medianOf("p50", samples.map(({ p50 }) => p50)),
    ...medianOf("p99", samples.map(({ p99 }) => p99)),
    ...medianOf("clientCpu", samples.map(({ cpuMicros, events }) => perEvent(cpuMicros, events))),
    ...medianOf("serverCpu", samples.map(({ events, serverCpuMicros }) => perEvent(serverCpuMicros, events)))
  }
}

/** The cell that another one is compared with. */
const baseOf = ({ cells, compare }: Group, { peer }: Cell): number | undefined => {
  if (compare === "none") return undefined
  const base = compare === "refold"
    ? cells.findIndex((cell) => cell.peer.startsWith("refold"))
    : cells.findIndex((cell) => cell.peer === peer)
  return base === -1 ? undefined : base
}

type Values = ReadonlyArray<Sample | undefined>

const ratioOf = ({ better, compare }: Group, values: Values, base: Values) => {
  const [own, other] = [values, base].map((samples) => samples.map((sample) => sample?.value))
  return compare === "refold"
    ? Statistics.advantage(other!, own!, better)
    // How many times the figure of the base.
    : Statistics.advantage(own!, other!, "more")
}

const perEvent = (micros: number | undefined, events: number | undefined): number | undefined =>
  micros === undefined || micros === 0 || events === undefined || events === 0 ? undefined : micros / events

const medianOf = <Name extends string>(
  name: Name,
  values: ReadonlyArray<number | undefined>
): { readonly [key in Name]?: number } => {
  const there = values.filter((value) => value !== undefined)
  // An object with this one key.
  return (there.length === 0 ? {} : { [name]: Statistics.spread(there).median }) as { readonly [key in Name]?: number }
}
