/** The whole run: measures the groups one after the other, and collects the findings. */
import * as Os from "node:os"
import * as Machine from "../crud/Machine.ts"
import * as Compare from "./Compare.ts"
import * as Correct from "./Correct.ts"
import type { Compared, Findings } from "./Findings.ts"
import type { Cell, Group } from "./Group.ts"
import * as Programs from "./Programs.ts"
import * as Rounds from "./Rounds.ts"
import type { Scale } from "./Scale.ts"
import type { Server } from "./Server.ts"
import * as Stores from "./Stores.ts"
import { Missing } from "./Task.ts"
import * as Versions from "./Versions.ts"

/** Measures groups on a server; `say` gets a line of progress for each group. */
export const run = async (
  server: Server,
  groups: ReadonlyArray<Group>,
  scale: Scale,
  say: (text: string) => void
): Promise<Findings> => {
  const loadBefore = Machine.load()
  const start = performance.now()
  const stores = await Stores.open(server, groups)
  const compared: Array<Compared> = []
  const tally = Correct.tally()
  try {
    for (const group of groups) {
      const began = performance.now()
      const cells = group.cells.filter(({ peer }) => stores.names.includes(peer))
      const outcomes = await Rounds.measure(
        cells.map((cell) => measured(server, stores, cell)),
        Math.min(scale.rounds, group.rounds ?? scale.rounds),
        group.isWarmedUp
      )
      await stores.release(cells)
      tally.add(cells, outcomes)
      compared.push(Compare.rows({ ...group, cells }, outcomes))
      say(`${group.title}: ${((performance.now() - began) / 1_000).toFixed(1)} s`)
    }
  } finally {
    stores.stop()
  }
  const memory = `${Math.round(Os.totalmem() / 2 ** 30)} GB`
  return {
    machine: { ...Machine.look(), memory, loadBefore, loadAfter: Machine.load() },
    postgres: { version: server.version, source: server.source, settings: server.settings },
    versions: Versions.of(stores.names),
    scale,
    seconds: Math.round((performance.now() - start) / 1_000),
    groups: compared,
    correctness: tally.all(),
    absent: stores.absent
  }
}

/** A program that starts every day finds its tables there. Not every store can be bundled. */
const prepareProgram = async (server: Server, stores: Stores.Stores, cell: Cell, task: Programs.ProgramName) => {
  await stores.of(cell.peer).prepare(await Stores.opener(server, cell))
  if (task !== "bundled") return
  await Programs.run(cell.peer, await Stores.urlOf(server, cell), task, 0).catch((error: unknown) => {
    throw new Missing(`does not start from a bundle: ${error instanceof Error ? error.message : String(error)}`)
  })
}

const measured = (server: Server, stores: Stores.Stores, cell: Cell): Rounds.Cell<Compare.Sample> => {
  const { peer, size, task } = cell
  if (Programs.isProgram(task)) {
    return {
      prepare: () => prepareProgram(server, stores, cell, task),
      measure: async () => Programs.run(peer, await Stores.urlOf(server, cell), task, size.events)
    }
  }
  return {
    prepare: async () => stores.of(peer).prepare({ url: await Stores.urlOf(server, cell), task, size }),
    measure: async (round) => {
      const before = server.cpuMicros()
      const answer = await stores.of(peer).measure({ url: await Stores.urlOf(server, cell), task, size }, round)
      const after = server.cpuMicros()
      return { ...answer, ...(before === undefined || after === undefined ? {} : { serverCpuMicros: after - before }) }
    }
  }
}
