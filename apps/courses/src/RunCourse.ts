/** Runs a course: its objectives one after the other, each printed as soon as it is done. */
import { Effect } from "effect"
import type { Course, Failure, Line, Objective } from "./Course.ts"

/** Runs a course and prints it through `print`. Succeeds with true if every claim holds. */
export const run = Effect.fnUntraced(function*<R>(
  { name, objectives, title }: Course<R>,
  print: (text: string) => Effect.Effect<void>
): Effect.fn.Return<boolean, never, R> {
  yield* print(`${title}, on an embedded PostgreSQL`)
  const claims: Array<boolean> = []
  for (const [index, objective] of objectives.entries()) {
    yield* print(`\n${index + 1}. ${objective.name}`)
    for (const line of yield* linesOf(objective)) {
      if (line._tag === "Claim") claims.push(line.ok)
      yield* print(`   ${mark(line)} ${line.text}`)
    }
  }
  const failed = claims.filter((ok) => !ok).length
  const outcome = failed === 0 ? `all ${claims.length} checks hold` : `${failed} of ${claims.length} checks FAILED`
  yield* print(`\n${outcome}; the page of this course: docs/src/content/docs/courses/${name}.md`)
  return claims.length > 0 && failed === 0
})

// An objective that ends early is a claim that does not hold.
const linesOf = <R>({ run }: Objective<R>): Effect.Effect<ReadonlyArray<Line>, never, R> =>
  Effect.catch(
    run,
    (failure) => Effect.succeed<ReadonlyArray<Line>>([{ _tag: "Claim", text: textOf(failure), ok: false }])
  )

const textOf = ({ _tag, message }: Failure): string =>
  `ended early: ${message === undefined || message === "" ? _tag : message}`.replaceAll(/\s*\n\s*/g, " ")

const mark = (line: Line): string => (line._tag === "Note" ? "    " : line.ok ? "ok  " : "FAIL")
