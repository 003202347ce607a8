/**
 * The story of Meridian Ledger: what each chapter does and finds, as data. Nothing is printed here, and nothing here
 * knows which store it runs on.
 */
import type { UnknownCommand } from "@refold/store/app/Commands"
import type { Forbidden } from "@refold/store/app/Middleware"
import type { UnknownQuery } from "@refold/store/app/Queries"
import type { HandleFailure } from "@refold/store/decide/CommandHandler"
import type { SnapshotStore } from "@refold/store/decide/SnapshotStore"
import type { PartRefused } from "@refold/store/decide/Together"
import type { EventReader } from "@refold/store/log/EventReader"
import { EventStore } from "@refold/store/log/EventStore"
import type { RetryableFailure } from "@refold/store/process/ProcessHandler"
import type { AwaitTimeout, NotParked, ProjectionOutdated, StreamParked } from "@refold/store/project/ProjectionError"
import type * as ReadModel from "@refold/store/project/ReadModel"
import type { ReadModelStore } from "@refold/store/project/ReadModelStore"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type * as Account from "../Account.ts"
import type { ImportFailure } from "../import/Import.ts"
import type * as StandingOrder from "../StandingOrder.ts"
import type * as Transfer from "../Transfer.ts"
import * as AllTheMoney from "./AllTheMoney.ts"
import * as BankImport from "./BankImport.ts"
import * as BankInFigures from "./BankInFigures.ts"
import * as FirstRows from "./FirstRows.ts"
import * as FrontDoor from "./FrontDoor.ts"
import * as InlineBalance from "./InlineBalance.ts"
import * as Money from "./Money.ts"
import * as OldVersion from "./OldVersion.ts"
import * as OwnWrites from "./OwnWrites.ts"
import * as PastRows from "./PastRows.ts"
import * as PoisonedEvents from "./PoisonedEvents.ts"
import * as ReadSide from "./ReadSide.ts"
import * as Rebuilding from "./Rebuilding.ts"
import * as RefusedOverdraft from "./RefusedOverdraft.ts"
import * as Replay from "./Replay.ts"
import * as SameCommandTwice from "./SameCommandTwice.ts"
import * as SnapshotReplay from "./SnapshotReplay.ts"
import * as StandingOrderPaid from "./StandingOrderPaid.ts"
import * as TimeTravel from "./TimeTravel.ts"
import * as TransferCompensated from "./TransferCompensated.ts"
import * as TransferInOneCommit from "./TransferInOneCommit.ts"
import * as TransferSucceeds from "./TransferSucceeds.ts"
import * as TransferTimedOut from "./TransferTimedOut.ts"
import * as TwoStores from "./TwoStores.ts"
import * as TwoWriters from "./TwoWriters.ts"
import * as UndoneDeposit from "./UndoneDeposit.ts"

/** What a chapter has found. */
export type Chapter =
  | FirstRows.FirstRows
  | RefusedOverdraft.RefusedOverdraft
  | TwoWriters.TwoWriters
  | SameCommandTwice.SameCommandTwice
  | Replay.Replay
  | TimeTravel.TimeTravel
  | SnapshotReplay.SnapshotReplay
  | OldVersion.OldVersion
  | BankImport.BankImport
  | ReadSide.ReadSide
  | InlineBalance.InlineBalance
  | OwnWrites.OwnWrites
  | BankInFigures.BankInFigures
  | PastRows.PastRows
  | Rebuilding.Rebuilding
  | PoisonedEvents.PoisonedEvents
  | TwoStores.TwoStores
  | TransferSucceeds.TransferSucceeds
  | TransferCompensated.TransferCompensated
  | TransferTimedOut.TransferTimedOut
  | TransferInOneCommit.TransferInOneCommit
  | StandingOrderPaid.StandingOrderPaid
  | UndoneDeposit.UndoneDeposit
  | FrontDoor.FrontDoor
  | AllTheMoney.AllTheMoney

/** Every way in which the story can end early. A refusal is one that no chapter has asked for. */
export type StoryFailure =
  | Account.Refusal
  | HandleFailure
  | ImportFailure
  | ReadModel.ReadRowsFailure
  | ProjectionOutdated
  | AwaitTimeout
  | StreamParked
  | NotParked
  | Transfer.Refusal
  | StandingOrder.Refusal
  | PartRefused<Account.Refusal>
  | RetryableFailure
  | Forbidden
  | UnknownCommand
  | UnknownQuery

/** What the story needs: every port of a store. */
export type Services = EventStore | EventReader | SnapshotStore | ReadModelStore

type Telling = Effect.Effect<Chapter, StoryFailure, Services | Scope.Scope>

/**
 * The chapters in their order, each told when the one before has been taken. `run` is part of the ids of the accounts
 * that the story opens, so that it can be told on one store many times; `folder` holds the files to import.
 */
export const tell = (
  { folder, run }: { readonly folder: string; readonly run: string }
): Stream.Stream<Chapter, StoryFailure, Services> => {
  const tellings = Effect.map(
    // How much money there is, as it was when it was first asked.
    Effect.cached(Money.now),
    (money): ReadonlyArray<Telling> => [...ofAccounts({ folder, run }), ...ofTransfers(run, money)]
  )
  // In the scope of the story, projections go on to follow the log after the chapter that starts them.
  return Stream.scoped(
    Stream.unwrap(
      Effect.map(
        tellings,
        (chapters) => Stream.mapEffect(Stream.fromIterable(chapters, { chunkSize: 1 }), (chapter) => chapter)
      )
    )
  )
}

const ofAccounts = (
  { folder, run }: { readonly folder: string; readonly run: string }
): ReadonlyArray<Telling> => [
  FirstRows.tell(`ada-${run}`),
  RefusedOverdraft.tell(`ada-${run}`),
  TwoWriters.tell(`bob-${run}`),
  SameCommandTwice.tell(`bob-${run}`),
  Replay.tell(`ada-${run}`),
  TimeTravel.tell(`cleo-${run}`),
  SnapshotReplay.tell("busy"),
  OldVersion.tell(`dora-${run}`),
  BankImport.tell(folder),
  ReadSide.tell(),
  InlineBalance.tell(`eva-${run}`),
  OwnWrites.tell(`eva-${run}`),
  BankInFigures.tell(folder),
  PastRows.tell(`eva-${run}`),
  Rebuilding.tell(run),
  PoisonedEvents.tell({ ada: `ada-${run}`, run }),
  TwoStores.tell()
]

const ofTransfers = <E extends StoryFailure>(
  run: string,
  money: Effect.Effect<Money.Then, E, Services>
): ReadonlyArray<Telling> => [
  TransferSucceeds.tell(run, money),
  TransferCompensated.tell(run),
  TransferTimedOut.tell(run),
  TransferInOneCommit.tell(run),
  StandingOrderPaid.tell(run),
  UndoneDeposit.tell(run),
  FrontDoor.tell(run),
  AllTheMoney.tell(run, money)
]

/** The number of events in the store. */
export const eventsStored = Effect.gen(function*() {
  return yield* Stream.runCount((yield* EventStore).readAll())
})
