// Nearly valid JSON, and garbage. As texts, to include numbers that JavaScript would not write.
import * as fc from "fast-check"

/** The text of a value. */
export const json = (value: unknown): string => JSON.stringify(value)

/** jsonb takes neither \u0000 nor half a character. */
export const texts = fc.string({ unit: "grapheme", maxLength: 12 }).map((text) =>
  text.replaceAll("\u0000", "").toWellFormed()
)

/** Sums of a history stay exact in JavaScript. */
export const amounts = fc.oneof(
  fc.nat(20),
  fc.integer({ min: 0, max: 1_000_000 }),
  fc.constant(Math.floor(Number.MAX_SAFE_INTEGER / 256))
)

// At the limits of whole numbers in JavaScript, and their forms in jsonb.
const oddNumbers = fc.constantFrom(
  ..."-1 -0 0.0 1.0 100.00 1e2 1.5 0.1 -0.5 9007199254740991 9007199254740992 9007199254740991.4 9007199254740991.5"
    .split(" "),
  ..."-9007199254740991 -9007199254740992 1e15 1e16 1e400 -1e400 1e-400 1e-323 5.0000000000000000001 4.99999999999999999"
    .split(" "),
  ..."12345678901234567890 0.30000000000000004 2.5e-324 3e-324 1e308 1e309".split(" ")
)

const oddWords = fc.constantFrom(..."CZK czk Cash cash Monthly Service 1".split(" ").map(json))

const oddValues = fc.oneof(
  { arbitrary: fc.constantFrom("0", "-1", "1.5", "null", "true"), weight: 4 },
  { arbitrary: oddNumbers, weight: 3 },
  { arbitrary: oddWords, weight: 3 },
  fc.constantFrom("[]", "{}", "[1]", "[\"CZK\"]", "\"\""),
  texts.map(json),
  amounts.map(json)
)

const names = "amount currency channel purpose counterparty reason of limit branch statements deposit _tag __proto__ x"
const anyField = fc.tuple(fc.constantFrom(...names.split(" ")), oddValues)

const fieldOf = (value: object) => fc.constantFrom(...Object.keys(value), "x")

// About half of the changed texts become another text.
const oddField = (value: Record<string, unknown>) =>
  fieldOf(value).chain((name) =>
    fc.tuple(fc.constant(name), typeof value[name] === "string" ? fc.oneof(oddWords, oddValues) : oddValues)
  )

/** A field is changed, removed or added. A name may occur twice: the last one counts. */
export const changed = (value: object): fc.Arbitrary<string> => {
  const fields = Object.entries(value).map(([name, item]) => [name, json(item)] as const)
  return fc.oneof(
    { arbitrary: oddField({ ...value }).map((field) => [...fields, field]), weight: 5 },
    { arbitrary: fieldOf(value).map((dropped) => fields.filter(([name]) => name !== dropped)), weight: 2 },
    { arbitrary: fc.array(anyField, { maxLength: 2 }).map((more) => [...fields, ...more]), weight: 2 },
    fc.array(anyField, { maxLength: 6 })
  ).map((all) => `{${all.map(([name, text]) => `${json(name)}:${text}`).join(",")}}`)
}

/** A changed object, the same object, or another value. */
export const nearly = (value: object): fc.Arbitrary<string> =>
  fc.oneof(
    { arbitrary: changed(value), weight: 6 },
    { arbitrary: fc.constant(json(value)), weight: 2 },
    oddValues
  )
