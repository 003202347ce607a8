import * as JournalSuite from "../../src/journal/JournalSuite.ts"

JournalSuite.suite("the Journal")
