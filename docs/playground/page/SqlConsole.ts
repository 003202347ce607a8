/** The form for SQL on the database that a run left, and the table of the answer. */
import { count } from "../Limits.ts"
import type { Answer, Table } from "../Protocol.ts"
import { fill, type Part, row } from "./Dom.ts"
import * as Frame from "./Frame.ts"
import * as SqlSession from "./SqlSession.ts"

/** Makes the console. The function that it returns is called with the database of each run. */
export const make = (part: Part, engine: Frame.Loaded): (database: ArrayBuffer | undefined) => void => {
  const statement = part("statement", HTMLTextAreaElement)
  const choice = part("statements", HTMLSelectElement)
  let session: SqlSession.SqlSession | undefined

  const query = () => session?.query(statement.value)
  const choose = () => statement.value = choice.value
  part("query").addEventListener("click", query)
  statement.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) query()
  })
  choice.addEventListener("change", choose)
  choose()
  return (store) => {
    session?.close()
    session = store === undefined ? undefined : SqlSession.make(
      () => Frame.open(part("opened"), { ...engine, assets: { ...engine.assets, store } }),
      { started: (status) => show(part, status, true), answered: (answer) => showAnswer(part, answer) }
    )
    part("sql").hidden = store === undefined
    showAnswer(part, "")
  }
}

const show = (part: Part, status: string, isRunning: boolean): void => {
  part("sql-status").textContent = status
  // Not `disabled`: that would take the focus away.
  part("query").setAttribute("aria-disabled", String(isRunning))
}

const showAnswer = (part: Part, answer: Answer): void => {
  const table = typeof answer === "string" ? undefined : answer
  showTable(part, table)
  show(part, typeof answer === "string" ? answer : summary(answer), false)
}

const summary = ({ columns, count: rows, rows: shown }: Table): string => {
  const all = rows === 1 ? "1 row" : `${count(rows)} rows`
  if (columns.length === 0) return `Done: ${all}.`
  return shown.length < rows ? `${all}; the first ${count(shown.length)} are shown.` : `${all}.`
}

const showTable = (part: Part, table: Table | undefined): void => {
  part("answer").hidden = table === undefined || table.columns.length === 0
  fill(
    part("answer-columns"),
    (table?.columns ?? []).map((name) => {
      const cell = document.createElement("th")
      cell.setAttribute("scope", "col")
      cell.textContent = name
      return cell
    })
  )
  fill(part("answer-rows"), (table?.rows ?? []).map((values) => row(values.map((value) => value ?? "NULL"))))
}
