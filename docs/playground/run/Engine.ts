/** What a program can import, and the store that it runs on. */
import type { Recorder } from "./Recorder.ts"

/** A module as programs see it: its exports by name. */
export type Module = Readonly<Record<string, unknown>>

/** The modules of an engine, by specifier. */
export type Modules = ReadonlyMap<string, Module>

/**
 * An engine. It loads what it needs before the program runs, because the program's worker has no network. Layers of stores are
 * wrapped by `recorder.layer`, so that the page can show what is in them.
 */
export interface Engine {
  readonly load: (recorder: Recorder) => Promise<Modules>
  /** What is kept of the store when the run has ended and its worker with it; nothing by default. */
  readonly keep?: (() => Promise<Blob | undefined>) | undefined
}
