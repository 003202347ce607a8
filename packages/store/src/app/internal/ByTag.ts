/** A record by tag, asked by something that may come from anywhere. */
import * as Result from "effect/Result"

/** The members of a union that may have this tag. */
export type Member<Union, Tag> = Union extends { readonly _tag: infer Tags } ? Tag extends Tags ? Union : never : never

/** Nothing in a record has the tag; undefined where there was no text in its place. */
export interface Unknown {
  readonly tag: string | undefined
  readonly known: ReadonlyArray<string>
}

/** Finds what the record has for the `_tag` of an input. Later changes of the record are not seen. */
export const make = <A>(record: Readonly<Record<string, A>>) => {
  // Unlike an object, a map has no prototype to find things on and turns no key into a text.
  const entries = new Map<unknown, A>(Object.entries(record))
  const known = Object.keys(record)
  return (input: unknown): Result.Result<{ readonly tag: string; readonly entry: A }, Unknown> => {
    const tag = tagOf(input)
    const entry = entries.get(tag)
    return tag === undefined || entry === undefined ? Result.fail({ tag, known }) : Result.succeed({ tag, entry })
  }
}

const tagOf = (input: unknown): string | undefined =>
  typeof input === "object" && input !== null && "_tag" in input && typeof input._tag === "string"
    ? input._tag
    : undefined

/** For the message of an error: the tag, in quotes because it may hold anything. */
export const describe = ({ known, tag }: Unknown): string =>
  `${tag === undefined ? "it has no tag" : `there is none for the tag ${JSON.stringify(tag)}`}, only for ${
    known.join(", ")
  }`
