/** SQL on the database that a run left: the reader's statements, one after the other, and their answers. */
import { count } from "../Limits.ts"
import type { FromDatabase, ToDatabase } from "../postgres/Protocol.ts"
import type { Table } from "../postgres/SqlStatement.ts"
import { fill, type Part, row } from "./Dom.ts"

/** Seconds that a statement may take. */
const seconds = 10

/** Makes the console; it takes the database of a run, and undefined when the next run begins. */
export const make = (part: Part, open: (database: Blob) => Worker): (database: Blob | undefined) => void => {
  const statement = part("statement", HTMLTextAreaElement)
  const choice = part("statements", HTMLSelectElement)
  const say = (text: string) => part("sql-status").textContent = text
  let database: Blob | undefined
  let worker: Worker | undefined
  let timer: ReturnType<typeof setTimeout> | undefined

  const close = () => {
    worker?.terminate()
    worker = undefined
    settle()
  }
  const settle = () => {
    clearTimeout(timer)
    timer = undefined
    part("query").removeAttribute("aria-disabled")
  }
  const fail = (message: string) => {
    settle()
    showTable(part, undefined)
    say(message)
  }
  const begin = (from: Blob): Worker => {
    const begun = open(from)
    begun.onmessage = ({ data }: MessageEvent<FromDatabase>) => {
      if (data._tag === "Failed") fail(data.message)
      if (data._tag !== "Answered") return
      settle()
      showTable(part, data.table)
      say(summary(data.table))
    }
    begun.onerror = (event) => {
      event.preventDefault()
      close()
      fail(`The database ended: ${event.message || "it may have used too much memory"}. ${restored}`)
    }
    return begun
  }
  const query = () => {
    if (database === undefined || timer !== undefined) return
    part("query").setAttribute("aria-disabled", "true")
    say("Running…")
    worker ??= begin(database)
    worker.postMessage({ _tag: "Query", statement: statement.value } satisfies ToDatabase)
    timer = setTimeout(() => {
      close()
      fail(`The statement took more than ${seconds} seconds, and was stopped. ${restored}`)
    }, seconds * 1000)
  }
  const choose = () => statement.value = choice.value

  part("query").addEventListener("click", query)
  statement.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) query()
  })
  choice.addEventListener("change", choose)
  choose()
  return (next) => {
    close()
    database = next
    part("sql").hidden = next === undefined
    showTable(part, undefined)
    say("")
  }
}

const restored = "The database is again as the program left it."

const summary = ({ columns, count: rows, rows: shown }: Table): string => {
  const all = rows === 1 ? "1 row" : `${count(rows)} rows`
  if (columns.length === 0) return `Done: ${all} changed.`
  return shown.length < rows ? `${all}; the first ${count(shown.length)} are shown.` : `${all}.`
}

const showTable = (part: Part, table: Table | undefined): void => {
  part("answer").hidden = table === undefined || table.columns.length === 0
  fill(part("answer-columns"), (table?.columns ?? []).map((name) => {
    const cell = document.createElement("th")
    cell.setAttribute("scope", "col")
    cell.textContent = name
    return cell
  }))
  fill(part("answer-rows"), (table?.rows ?? []).map((values) => row(values.map((value) => value ?? "NULL"))))
}
