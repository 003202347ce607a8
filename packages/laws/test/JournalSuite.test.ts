import * as JournalSuite from "../src/JournalSuite.ts"

JournalSuite.suite("the Journal")
