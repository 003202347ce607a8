/** A table as lines of text: columns as wide as their widest cell, numbers to the right. */

/** The lines of a table, its head first. A column of numbers keeps to the right. */
export const lines = (
  head: ReadonlyArray<string>,
  rows: ReadonlyArray<ReadonlyArray<string>>
): ReadonlyArray<string> => {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)))
  const isNumeric = head.map((_, column) => rows.every((row) => /^-?[\d,.]+$/.test(row[column] ?? "")))
  const line = (cells: ReadonlyArray<string>): string =>
    cells.map((cell, column) => {
      const width = widths[column] ?? 0
      return isNumeric[column] === true ? cell.padStart(width) : cell.padEnd(width)
    }).join("  ").trimEnd()
  return [head, ...rows].map(line)
}
