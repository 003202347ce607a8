/** Traces, metrics and logs by OTLP, only where OTEL_EXPORTER_OTLP_ENDPOINT is set; the other OTEL_ variables apply, too. */
import { Layer } from "effect"
import { FetchHttpClient } from "effect/http"
import { Otlp, OtlpSerialization } from "effect/observability"

export const telemetry = Otlp.layerFromConfig().pipe(
  Layer.provide([FetchHttpClient.layer, OtlpSerialization.layerJson])
)
