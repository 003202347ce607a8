import * as DeciderSuite from "../src/DeciderSuite.ts"
import * as EventCodecSuite from "../src/EventCodecSuite.ts"
import * as Sample from "../src/Sample.ts"
import * as ViewSuite from "../src/ViewSuite.ts"

ViewSuite.suite("the sample's view", Sample.decider, Sample)
DeciderSuite.suite("the sample's decider", Sample.decider, Sample)
EventCodecSuite.suite("the sample's codec", Sample.codec, { ...Sample, view: Sample.decider })
