/** A file of the bank as a stream of rows, read a piece at a time: `;` between fields, `"` around text, a header. */
import { CsvError, parse } from "csv-parse"
import * as Stream from "effect/Stream"
import { createReadStream } from "node:fs"
import { pipeline } from "node:stream"
import { BadInput, type Place, quote } from "./BadInput.ts"

/** One row: its fields as text, by column, and its place. A file may lack the `Extra` columns. */
export interface CsvRow<Column extends string, Extra extends string = never> {
  readonly place: Required<Omit<Place, "column">>
  readonly fields: Readonly<Record<Column, string>> & Readonly<Partial<Record<Extra, string>>>
}

/**
 * The rows below a header of exactly these columns, or of these and the `extra` ones. Fails with `BadInput` for any
 * other file.
 */
export const read = <Column extends string, Extra extends string = never>(
  file: string,
  columns: ReadonlyArray<Column>,
  extra: ReadonlyArray<Extra> = []
): Stream.Stream<CsvRow<Column, Extra>, BadInput> =>
  Stream.suspend(() => Stream.fromAsyncIterable(batches(file, columns, extra), (error) => badFile(file, error))).pipe(
    Stream.flattenIterable
  )

// The output of csv-parse with `info: true`.
interface CsvRecord {
  readonly record: ReadonlyArray<string>
  readonly info: { readonly lines: number }
}

const batchSize = 256

const format = {
  bom: true,
  delimiter: ";",
  // Counted by toFields, whose message has more detail.
  relax_column_count: true,
  skip_empty_lines: true,
  // A quotation that does not end must not pull the rest of the file into memory.
  max_record_size: 100_000
}

// Reports by throwing BadInput, which `read` makes the stream's failure. Batches spare the stream a pull per row.
async function* batches<Column extends string, Extra extends string>(
  file: string,
  columns: ReadonlyArray<Column>,
  extra: ReadonlyArray<Extra>
) {
  const parser = parse({ ...format, info: true })
  // The parser carries every error of the pipeline to the loop below.
  pipeline(createReadStream(file), parser, () => {})
  let row = -1
  let header: ReadonlyArray<string> = columns
  let batch: Array<CsvRow<Column, Extra>> = []
  for await (const { info, record } of parser as AsyncIterable<CsvRecord>) {
    row++
    if (row === 0) header = headerOf(file, columns, extra, record)
    else {
      const place = { file, row, line: info.lines }
      // The header has all columns, and of the extra ones all or none.
      batch.push({ place, fields: toFields(place, header, record) as CsvRow<Column, Extra>["fields"] })
    }
    if (batch.length === batchSize) {
      yield batch
      batch = []
    }
  }
  if (row === -1) throw new BadInput({ file, rule: `must start with the header ${columns.join(";")}, not be empty` })
  if (batch.length > 0) yield batch
}

const headerOf = (
  file: string,
  columns: ReadonlyArray<string>,
  extra: ReadonlyArray<string>,
  record: ReadonlyArray<string>
): ReadonlyArray<string> => {
  const headers = extra.length === 0 ? [columns] : [columns, [...columns, ...extra]]
  const header = headers.find((names) => names.join(";") === record.join(";"))
  if (header !== undefined) return header
  const expected = headers.map((names) => names.join(";")).join(" or ")
  throw new BadInput({ file, line: 1, rule: `must be the header ${expected}, not ${quote(record.join(";"))}` })
}

const toFields = (place: Place, header: ReadonlyArray<string>, record: ReadonlyArray<string>) => {
  if (record.length !== header.length) {
    throw new BadInput({ ...place, rule: `must have ${header.length} fields, not ${record.length}` })
  }
  return Object.fromEntries(header.map((column, index) => [column, record[index]]))
}

const badFile = (file: string, error: unknown): BadInput => {
  if (error instanceof BadInput) return error
  if (error instanceof CsvError) return badCsv(file, error)
  return new BadInput({ file, rule: `must be a file that can be read: ${reason(error)}` })
}

const badCsv = (file: string, error: CsvError): BadInput => {
  // csv-parse counts the header among its records.
  const { lines, records } = error as CsvError & { readonly lines?: number; readonly records?: number }
  const place = lines === undefined || records === undefined ? { file } : { file, row: records, line: lines }
  return new BadInput({ ...place, rule: `must be CSV with ";" between fields: ${error.message.split("\n")[0] ?? ""}` })
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EISDIR: "it is a folder",
  ENOTDIR: "its folder is not a folder",
  EACCES: "permission denied"
}

const reason = (error: unknown): string => {
  const code = error instanceof Error && "code" in error ? String(error.code) : ""
  return reasons[code] ?? String(error)
}
