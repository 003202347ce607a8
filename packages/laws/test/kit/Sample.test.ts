import * as DeciderSuite from "../../src/decide/DeciderSuite.ts"
import * as ViewSuite from "../../src/decide/ViewSuite.ts"
import * as EventCodecSuite from "../../src/event/EventCodecSuite.ts"
import * as Sample from "../../src/kit/internal/Sample.ts"

ViewSuite.suite("the sample's view", Sample.decider, Sample)
DeciderSuite.suite("the sample's decider", Sample.decider, Sample)
EventCodecSuite.suite("the sample's codec", Sample.codec, { ...Sample, view: Sample.decider })
