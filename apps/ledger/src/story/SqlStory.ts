/**
 * What the story tells of SQL: the same bank in the database's own language, and the way out of a table of balances. These
 * chapters need the database itself, where all others work on any store.
 */
import type { InvalidInput } from "@refold/core/event/InvalidInput"
import type * as LegacyReport from "@refold/legacy/LegacyReport"
import type { HandleFailure } from "@refold/store/decide/CommandHandler"
import type { PartRefused } from "@refold/store/decide/Together"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type * as SqlClient from "effect/sql/SqlClient"
import type * as SqlError from "effect/sql/SqlError"
import * as Stream from "effect/Stream"
import type * as Account from "../Account.ts"
import * as Database from "../Database.ts"
import * as LedgerSql from "../sql/LedgerSql.ts"
import type * as SqlAccounts from "../sql/SqlAccounts.ts"
import * as OldBankMoves from "./OldBankMoves.ts"
import * as SideBySide from "./SideBySide.ts"
import * as SqlTwin from "./SqlTwin.ts"
import type * as Story from "./Story.ts"

/** What a chapter has found. */
export type Chapter = SqlTwin.SqlTwin | SideBySide.SideBySide | OldBankMoves.OldBankMoves

/** Every way in which these chapters can end early. A refusal is one that no chapter has asked for. */
export type Failure =
  | Account.Refusal
  | HandleFailure
  | PartRefused<Account.Refusal>
  | SqlAccounts.PartRefused
  | LegacyReport.Failure
  | LegacyReport.NotReconciled
  | InvalidInput
  | SqlError.SqlError

/** What they need: a store, and the database that it is in. */
export type Services = Story.Services | SqlClient.SqlClient

/** The chapters in their order, each told when the one before has been taken. */
export const tell = ({ run }: { readonly run: string }): Stream.Stream<Chapter, Failure, Services> => {
  const chapters: ReadonlyArray<Effect.Effect<Chapter, Failure, Services | Scope.Scope>> = [
    Effect.andThen(LedgerSql.install({ store: Database.schema }), SqlTwin.tell(run)),
    SideBySide.tell(run),
    OldBankMoves.tell(run)
  ]
  return Stream.scoped(Stream.mapEffect(Stream.fromIterable(chapters, { chunkSize: 1 }), (chapter) => chapter))
}
