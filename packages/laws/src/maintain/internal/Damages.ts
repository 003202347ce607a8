/** Damages to a line of a file. */

/** The changes of a line, by the names of the damages. */
export const all = {
  missing: (lines: ReadonlyArray<string>, at: number) => lines.toSpliced(at, 1),
  repeated: (lines: ReadonlyArray<string>, at: number) => lines.toSpliced(at, 0, lines[at]!),
  swapped: (lines: ReadonlyArray<string>, at: number) =>
    lines.toSpliced(at, 2, ...lines.slice(at, at + 2).toReversed()),
  cut: (lines: ReadonlyArray<string>, at: number) => [...lines.slice(0, at), lines[at]!.slice(0, -1)],
  changed: (lines: ReadonlyArray<string>, at: number) => lines.with(at, lines[at]!.replace(/\}$/, ",\"more\":1}"))
}

/** The name of a damage. */
export type Name = keyof typeof all
