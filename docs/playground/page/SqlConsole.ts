/** SQL on the database that a run left: the reader's statements, one after the other, and their answers. */
import { count } from "../Limits.ts"
import type { FromWorker, Table, ToWorker } from "../Protocol.ts"
import { fill, type Part, row } from "./Dom.ts"
import * as Frame from "./Frame.ts"

/** Seconds that a statement may take. */
const seconds = 10

/** Makes the console. Its worker starts with the first statement. */
export const make = (part: Part, engine: Frame.Loaded): (database: ArrayBuffer | undefined) => void => {
  const statement = part("statement", HTMLTextAreaElement)
  const choice = part("statements", HTMLSelectElement)
  const say = (text: string) => part("sql-status").textContent = text
  let database: ArrayBuffer | undefined
  let frame: Frame.Frame | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let isRunning = false

  const setRunning = (running: boolean) => {
    isRunning = running
    clearTimeout(timer)
    // Not `disabled`: that would take the focus away.
    part("query").setAttribute("aria-disabled", String(running))
  }
  const close = () => {
    frame?.close()
    frame = undefined
    setRunning(false)
  }
  const fail = (message: string) => {
    showTable(part, undefined)
    say(message)
  }
  const send = ({ port }: Frame.Frame) => {
    say("Running…")
    port.postMessage({ _tag: "Query", statement: statement.value } satisfies ToWorker)
    timer = setTimeout(() => {
      close()
      fail(`It took more than ${seconds} seconds, and was stopped. The database is again as the program left it.`)
    }, seconds * 1000)
  }
  const start = (store: ArrayBuffer): Frame.Frame => {
    say("Starting…")
    const started = Frame.open(part("opened"), { ...engine, assets: { ...engine.assets, store } })
    started.port.addEventListener("message", ({ data }: MessageEvent<FromWorker>) => {
      if (data._tag === "Ready") return send(started)
      if (data._tag === "Ended") {
        close()
        return fail(data.problem?.message ?? "The database ended.")
      }
      if (data._tag !== "Answered") return
      setRunning(false)
      if (typeof data.answer === "string") return fail(data.answer)
      showTable(part, data.answer)
      say(summary(data.answer))
    })
    started.port.start()
    return started
  }
  const query = () => {
    if (database === undefined || isRunning) return
    setRunning(true)
    if (frame === undefined) frame = start(database)
    else send(frame)
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
    fail("")
  }
}

const summary = ({ columns, count: rows, rows: shown }: Table): string => {
  const all = rows === 1 ? "1 row" : `${count(rows)} rows`
  if (columns.length === 0) return `Done: ${all} changed.`
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
