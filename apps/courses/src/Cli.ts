/** The command line: the course to run, and an error of one line for a wrong argument. */
import { Data, Result } from "effect"
import type { Course } from "./Course.ts"
import * as Courses from "./Courses.ts"

/** The command line breaks a rule. */
export class UsageError extends Data.TaggedError("UsageError")<{ readonly problem: string }> {
  override get message(): string {
    return this.problem
  }
}

const names = Courses.all.map(({ name }) => name)
const width = Math.max(...names.map((name) => name.length))

/** The list of courses, printed if none is named. */
export const list = [
  "The courses:",
  "",
  ...Courses.all.map(({ name, objectives, title }) =>
    `  npm run course ${name.padEnd(width)}   ${title}, ${objectives.length} objectives`
  ),
  "",
  "The exit code is 0 when every check holds, 1 when one fails, 2 when the course is unknown."
].join("\n")

/** Reads the arguments after the name of the program; no course if there are none. */
export const parse = (args: ReadonlyArray<string>): Result.Result<Course | undefined, UsageError> => {
  const [name, ...others] = args
  if (name === undefined || name === "--help" || name === "-h") return Result.succeed(undefined)
  const course = Courses.all.find((one) => one.name === name)
  return course === undefined || others.length > 0
    ? Result.fail(new UsageError({ problem: `"${args.join(" ")}" must be one course of ${names.join(", ")}` }))
    : Result.succeed(course)
}
