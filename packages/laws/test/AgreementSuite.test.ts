import * as MemoryStore from "@refold/memory/MemoryStore"
import * as AgreementSuite from "../src/AgreementSuite.ts"

AgreementSuite.suite(
  "two memory adapters",
  [["one", MemoryStore.layer], ["other", MemoryStore.layer]],
  AgreementSuite.sample
)
