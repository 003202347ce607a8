/** A store with promises that has another log level and another logger. */
import { Layer, Logger, References } from "effect"
import { MemoryStore } from "refold"
import { openLayer } from "refold/promise"

// #region logs
/** A store that logs from the level Debug on, as JSON. */
export const open = () =>
  openLayer(
    MemoryStore.layer.pipe(
      Layer.merge(Layer.succeed(References.MinimumLogLevel, "Debug")),
      Layer.merge(Logger.layer([Logger.consoleJson]))
    )
  )
// #endregion
