import { ProcessEvent } from "refold"
import { expect, it } from "vitest"
import { tables } from "./Catalogue.ts"
import { firstColumn, page, withoutPadding } from "./Page.ts"

it("the tables on the page are those of the database, with its comments", async () => {
  const [, onPage = ""] = page("formats").split(/<!-- (?:end of )?tables -->/)
  expect(withoutPadding(onPage)).toBe(withoutPadding(await tables()))
})

/** The section under a heading, up to the next heading of any level. */
const section = (heading: string): string =>
  page("formats").split(/^##+ /m).find((text) => text.startsWith(heading)) ?? ""

it("the events of processes on the page are those of the codec", () => {
  expect(firstColumn(section("Events of processes"))).toEqual(ProcessEvent.codec.storedTypes())
})

it("the page names the parts of a trigger and of a decision", () => {
  const tagsOf = (
    schema: {
      readonly members: ReadonlyArray<
        { readonly fields: { readonly _tag: { readonly schema: { readonly literal: unknown } } } }
      >
    }
  ) => schema.members.map(({ fields }) => fields._tag.schema.literal)
  expect(firstColumn(section("Triggers"))).toEqual(tagsOf(ProcessEvent.Trigger))
  expect(firstColumn(section("Decisions"))).toEqual(tagsOf(ProcessEvent.Decided))
})
