import * as AgreementSuite from "@refold/laws/decide/AgreementSuite"
import * as MemoryStore from "@refold/memory/MemoryStore"

AgreementSuite.suite(
  "two memory adapters",
  [["one", MemoryStore.layer], ["other", MemoryStore.layer]],
  AgreementSuite.sample
)
