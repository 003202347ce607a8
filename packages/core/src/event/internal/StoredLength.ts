/**
 * The length of a JSON value as a store returns it: the UTF-8 bytes of PostgreSQL's text of a jsonb. It may be far longer
 * than the JSON text that went in, because jsonb writes a number without an exponent: `1e308` takes 309 bytes.
 */
import { type Json, type JsonObject, maxDepth } from "../Json.ts"

/**
 * The length in bytes. The value must be storable (`Json.storable`); the order of keys has no effect. Of one that nests too
 * deep to be storable, the levels below count nothing: it may be read where the owner of a store has put it in.
 */
export const storedLength = (json: Json, depth = 0): number => {
  switch (typeof json) {
    case "string":
      return textLength(json)
    case "number":
      return numberLength(json)
    case "boolean":
      return json ? 4 : 5
    default:
      return json === null ?
        4
        : depth >= maxDepth ?
        2
        : Array.isArray(json)
        ? arrayLength(json, depth)
        : objectLength(json as JsonObject, depth)
  }
}

// A pair of brackets, and ", " between items.
const arrayLength = (items: ReadonlyArray<Json>, depth: number): number => {
  let length = 2 + Math.max(0, 2 * (items.length - 1))
  for (const item of items) length += storedLength(item, depth + 1)
  return length
}

// As an array, and ": " after each key.
const objectLength = (object: JsonObject, depth: number): number => {
  const keys = Object.keys(object)
  let length = 2 + Math.max(0, 2 * (keys.length - 1))
  for (const key of keys) length += textLength(key) + 2 + storedLength(object[key]!, depth + 1)
  return length
}

const textLength = (text: string): number => {
  let length = 2
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    if (unit < 0x80) length += unit < 0x20 ? controlLength(unit) : unit === quote || unit === backslash ? 2 : 1
    // A surrogate is half of a character of four bytes.
    else length += unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 2 : 3
  }
  return length
}

const quote = 0x22
const backslash = 0x5c

// \b, \t, \n, \f and \r; the others as \u0001.
const controlLength = (unit: number): number => unit >= 8 && unit <= 13 && unit !== 11 ? 2 : 6

// JavaScript writes an exponent from 1e21 and below 1e-6 on, jsonb never.
const numberLength = (number: number): number => {
  const text = String(number)
  const e = text.indexOf("e")
  if (e < 0) return text.length
  const exponent = Number(text.slice(e + 1))
  const sign = number < 0 ? 1 : 0
  const digits = e - sign - (text.includes(".") ? 1 : 0)
  // 1.5e+21 has 22 digits before the point and none after it; 1.5e-7 is 0.00000015.
  return sign + (exponent > 0 ? exponent + 1 : 2 + digits - 1 - exponent)
}
