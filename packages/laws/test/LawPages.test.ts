// The pages about the laws name every law of every suite, and no module that does not exist.
import * as Fs from "node:fs"
import { expect, it } from "vitest"
import * as ConsumerSuite from "../src/consume/ConsumerSuite.ts"
import * as AgreementSuite from "../src/decide/AgreementSuite.ts"
import * as DeciderSuite from "../src/decide/DeciderSuite.ts"
import * as ViewSuite from "../src/decide/ViewSuite.ts"
import * as EventCodecSuite from "../src/event/EventCodecSuite.ts"
import * as EventStoreSuite from "../src/EventStoreSuite.ts"
import * as JournalSuite from "../src/journal/JournalSuite.ts"
import * as Sample from "../src/kit/internal/Sample.ts"
import * as LogBrowserSuite from "../src/log/LogBrowserSuite.ts"
import * as WholeStoreSuite from "../src/maintain/WholeStoreSuite.ts"
import * as Alarms from "../src/process/internal/Alarms.ts"
import * as LogWentBackSuite from "../src/process/LogWentBackSuite.ts"
import * as ProcessSuite from "../src/process/ProcessSuite.ts"
import * as ProjectionSuite from "../src/project/ProjectionSuite.ts"
import * as ReadModelSuite from "../src/project/ReadModelSuite.ts"
import * as Projections from "./project/faults/Projections.ts"
import { sections } from "./support/LawPages.ts"

const suites: Readonly<Record<string, ReadonlyArray<{ readonly law: string }>>> = {
  EventCodecSuite: EventCodecSuite.properties(Sample.codec, { ...Sample, view: Sample.decider }),
  JournalSuite: JournalSuite.properties(),
  EventStoreSuite: EventStoreSuite.properties(),
  LogBrowserSuite: LogBrowserSuite.properties(),
  ViewSuite: ViewSuite.properties(Sample.decider, Sample.events),
  DeciderSuite: DeciderSuite.properties(Sample.decider, { commands: Sample.commands, codec: Sample.codec }),
  AgreementSuite: [...AgreementSuite.properties(Sample), AgreementSuite.acrossAdapters(Sample, [])],
  ProjectionSuite: ProjectionSuite.properties(Projections.sound, Sample),
  ReadModelSuite: [...ReadModelSuite.properties(), ReadModelSuite.acrossAdapters([])],
  "ProcessSuite.pure": ProcessSuite.properties(Alarms.make("alarms"), Sample),
  "ProcessSuite.sagas": ProcessSuite.sagaProperties(),
  ProcessSuite: ProcessSuite.storeProperties(),
  ConsumerSuite: ConsumerSuite.properties(),
  WholeStoreSuite: WholeStoreSuite.properties(),
  LogWentBackSuite: LogWentBackSuite.properties()
}

it.each(Object.entries(suites))("the documentation lists the laws that %s runs", (suite, properties) => {
  const documented = sections.filter((section) => section.suites.includes(suite)).flatMap(({ laws }) =>
    Object.keys(laws)
  )
  expect(properties.length).toBeGreaterThan(0)
  expect(properties.map(({ law }) => law).filter((law) => !documented.includes(law))).toEqual([])
})

it("the documentation names only suites and modules of laws that exist", () => {
  const modules = Fs.globSync(["../src/*/internal/*Laws.ts", "./decide/CombinatorLaws.ts"], {
    cwd: import.meta.dirname
  })
    .map((path) => path.replace(/^.*\/(\w+)\.ts$/, "$1"))
  expect(sections.map(({ module }) => module).filter((module) => !modules.includes(module))).toEqual([])
  expect(sections.flatMap(({ suites: named }) => named).filter((suite) => !(suite in suites))).toEqual([])
})
