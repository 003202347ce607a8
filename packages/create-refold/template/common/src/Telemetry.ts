/** Traces, metrics and logs by OTLP, only if OTEL_EXPORTER_OTLP_ENDPOINT is set. OTEL_SERVICE_NAME names the service. */
import { Layer } from "effect"
import { FetchHttpClient } from "effect/http"
import { Otlp } from "effect/observability"

// A compose file passes a variable that is not set on as an empty one.
const baseUrl = process.env["OTEL_EXPORTER_OTLP_ENDPOINT"] || undefined

export const telemetry: Layer.Layer<never> = baseUrl === undefined
  ? Layer.empty
  : Layer.provide(
    Otlp.layerJson({ baseUrl, resource: { serviceName: process.env["OTEL_SERVICE_NAME"] ?? "{{name}}" } }),
    FetchHttpClient.layer
  )
