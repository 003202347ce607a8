// Captures spans instead of exporting them.
import * as Effect from "effect/Effect"
import * as Tracer from "effect/Tracer"

/** `spans` receives the spans of the effects that are run within `capture`, as they begin. */
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
