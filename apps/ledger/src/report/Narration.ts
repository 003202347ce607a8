/** The words of the story: what each chapter found, told to a person. */
import type * as SqlStory from "../story/SqlStory.ts"
import type * as Story from "../story/Story.ts"
import * as AccountNarration from "./AccountNarration.ts"
import * as ImportNarration from "./ImportNarration.ts"
import * as OrderNarration from "./OrderNarration.ts"
import * as ProjectionNarration from "./ProjectionNarration.ts"
import * as QueryNarration from "./QueryNarration.ts"
import * as SqlNarration from "./SqlNarration.ts"
import * as TransferNarration from "./TransferNarration.ts"

/** A chapter of either part of the story. */
export type Chapter = Story.Chapter | SqlStory.Chapter

/** A chapter's heading and its lines. */
export interface Narration {
  readonly title: string
  readonly lines: ReadonlyArray<string>
}

/** What there is to tell of a chapter. */
export const of = (chapter: Chapter): Narration => {
  switch (chapter._tag) {
    case "FirstRows":
      return { title: "An account, and the rows it became", lines: AccountNarration.firstRows(chapter) }
    case "RefusedOverdraft":
      return { title: "A refused overdraft", lines: AccountNarration.refusedOverdraft(chapter) }
    case "TwoWriters":
      return { title: "Two writers, one version", lines: AccountNarration.twoWriters(chapter) }
    case "SameCommandTwice":
      return { title: "The same command twice", lines: AccountNarration.sameCommandTwice(chapter) }
    case "Replay":
      return { title: "Replay", lines: AccountNarration.replay(chapter) }
    case "TimeTravel":
      return { title: "Time travel", lines: AccountNarration.timeTravel(chapter) }
    case "SnapshotReplay": {
      const events = chapter.events.toLocaleString("en-US")
      return { title: `${events} events, with and without a snapshot`, lines: AccountNarration.snapshotReplay(chapter) }
    }
    case "OldVersion":
      return { title: "An event of an old version", lines: AccountNarration.oldVersion(chapter) }
    case "BankImport":
      return { title: "A bank's files become events", lines: ImportNarration.lines(chapter) }
    case "ReadSide":
      return { title: "Events become rows", lines: ProjectionNarration.readSide(chapter) }
    case "InlineBalance":
      return { title: "A balance that is there at once", lines: QueryNarration.inlineBalance(chapter) }
    case "OwnWrites":
      return { title: "Reading one's own writes", lines: QueryNarration.ownWrites(chapter) }
    case "BankInFigures":
      return { title: "The bank in figures", lines: QueryNarration.bankInFigures(chapter) }
    case "PastRows":
      return { title: "Rows as they were", lines: QueryNarration.pastRows(chapter) }
    case "Rebuilding":
      return { title: "Rows made anew, while others read", lines: ProjectionNarration.rebuilding(chapter) }
    case "PoisonedEvents":
      return { title: "Events that code cannot take", lines: ProjectionNarration.poisonedEvents(chapter) }
    case "TwoStores":
      return { title: "The same history in another store", lines: ProjectionNarration.twoStores(chapter) }
    case "TransferSucceeds":
      return { title: "Money on its way: a saga", lines: TransferNarration.transferSucceeds(chapter) }
    case "TransferCompensated":
      return { title: "A transfer that fails half-way", lines: TransferNarration.transferCompensated(chapter) }
    case "TransferTimedOut":
      return { title: "A transfer that nobody approves", lines: TransferNarration.transferTimedOut(chapter) }
    case "TransferInOneCommit":
      return { title: "The same in one commit", lines: TransferNarration.transferInOneCommit(chapter) }
    case "StandingOrderPaid":
      return { title: "A standing order, three months long", lines: OrderNarration.standingOrderPaid(chapter) }
    case "UndoneDeposit":
      return { title: "A deposit is undone", lines: OrderNarration.undoneDeposit(chapter) }
    case "FrontDoor":
      return { title: "Through the front door", lines: OrderNarration.frontDoor(chapter) }
    case "AllTheMoney":
      return { title: "All the money there is", lines: OrderNarration.allTheMoney(chapter) }
    case "SqlTwin":
      return { title: "The same bank in SQL", lines: SqlNarration.sqlTwin(chapter) }
    case "SideBySide":
      return { title: "SQL and TypeScript, side by side", lines: SqlNarration.sideBySide(chapter) }
    case "OldBankMoves":
      return { title: "A table of balances becomes events", lines: SqlNarration.oldBankMoves(chapter) }
  }
}
