// Captures spans instead of exporting them.
import * as Effect from "effect/Effect"
import * as Tracer from "effect/Tracer"

/** `spans` receives the spans of the effects that run within `capture`, when they begin. */
export const tracing = () => {
  const spans: Array<Tracer.Span> = []
  const tracer = Tracer.make({
    span: (options) => {
      const span = new Tracer.NativeSpan(options)
      spans.push(span)
      return span
    }
  })
  return { spans, capture: Effect.withTracer(tracer) }
}
