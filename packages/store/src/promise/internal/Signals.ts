/**
 * Aborts of signals. A program may give one signal to any number of calls: each signal has one listener, because Node takes more
 * than ten for a leak and warns.
 */

const watched = new WeakMap<AbortSignal, Set<() => void>>()

/** Calls back when the signal is aborted, until the returned function is called. Without a signal it does nothing. */
export const onAbort = (signal: AbortSignal | undefined, callback: () => void): () => void => {
  if (signal === undefined) return () => undefined
  const callbacks = watched.get(signal) ?? watch(signal)
  callbacks.add(callback)
  return () => void callbacks.delete(callback)
}

const watch = (signal: AbortSignal): Set<() => void> => {
  const callbacks = new Set<() => void>()
  watched.set(signal, callbacks)
  signal.addEventListener("abort", () => {
    for (const callback of callbacks) callback()
  }, { once: true })
  return callbacks
}
