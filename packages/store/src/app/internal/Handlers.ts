/** Records of handlers by tag: their types, and the lookup by the `_tag` of an input whose type is unknown. */
import * as Result from "effect/Result"

type PayloadOf<H, Tag> = H extends (...args: infer Args) => unknown ? Extract<Args[number], { readonly _tag: Tag }>
  : never

/** The command or query with this tag, as its handler in the record accepts it. */
export type Payload<H, Tag extends keyof H> = { readonly _tag: Tag } & { [T in Tag]: PayloadOf<H[T], T> }[Tag]

/** The record; a handler that does not accept its tag is a compile error with this text. */
export type Checked<H> = {
  readonly [Tag in keyof H]: [PayloadOf<H[Tag], Tag>] extends [never] ? "this handler does not accept this tag" : H[Tag]
}

/** The record has no entry for the tag. */
export interface UnknownTag {
  /** Undefined if the `_tag` of the input is missing or not a string. */
  readonly tag: string | undefined
  /** The tags that the record has. */
  readonly known: ReadonlyArray<string>
}

/** A lookup in the record as it is now: later changes of the record have no effect. Fails with the given error. */
export const lookup = <A, E>(record: Readonly<Record<string, A>>, UnknownTag: new(fields: UnknownTag) => E) => {
  // Unlike an object, a map has no keys of a prototype and converts no key to a string.
  const entries = new Map<unknown, A>(Object.entries(record))
  const known = Object.keys(record)
  return (input: unknown): Result.Result<{ readonly tag: string; readonly entry: A }, E> => {
    const found: unknown = typeof input === "object" && input !== null && "_tag" in input ? input._tag : undefined
    const tag = typeof found === "string" ? found : undefined
    const entry = entries.get(tag)
    return tag === undefined || entry === undefined
      ? Result.fail(new UnknownTag({ tag, known }))
      : Result.succeed({ tag, entry })
  }
}

/** The error message; the tag is quoted because it may hold any text. */
export const format = (kind: "command" | "query", { known, tag }: UnknownTag): string =>
  `unknown ${kind}: _tag ${tag === undefined ? "is missing" : JSON.stringify(tag)}, must be one of ${known.join(", ")}`
