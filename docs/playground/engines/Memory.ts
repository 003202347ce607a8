/** The worker whose programs run on the store in memory. */
import * as Modules from "../run/Modules.ts"
import { serve } from "../run/Serve.ts"

serve({ load: (recorder) => Promise.resolve(Modules.make(recorder)) })
