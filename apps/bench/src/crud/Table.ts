/** A table as lines of text: columns as wide as their widest cell, numbers to the right. */

const isNumber = /^[×-]?[\d,.]+$/

/** The lines of a table, its head first. */
export const lines = (
  head: ReadonlyArray<string>,
  rows: ReadonlyArray<ReadonlyArray<string>>
): ReadonlyArray<string> => {
  const columns = head.map((title, column) => {
    const cells = rows.map((row) => row[column] ?? "")
    const width = Math.max(title.length, ...cells.map((cell) => cell.length))
    return cells.every((cell) => isNumber.test(cell))
      ? (cell: string) => cell.padStart(width)
      : (cell: string) => cell.padEnd(width)
  })
  return [head, ...rows].map((cells) => columns.map((pad, column) => pad(cells[column] ?? "")).join("  ").trimEnd())
}
