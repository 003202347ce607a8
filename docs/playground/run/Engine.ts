/** What a program can import, and the store that it runs on. */
import type { Answer, Assets } from "../Protocol.ts"
import type { Recorder } from "./Recorder.ts"

/** A module as programs see it: its exports by name. */
export type Module = Readonly<Record<string, unknown>>

/** The modules of an engine, by specifier. */
export type Modules = ReadonlyMap<string, Module>

/**
 * An engine. Its worker has no network: files that it needs are the assets that the page has loaded. Layers of stores are wrapped by
 * `recorder.layer`, so that the page can show what is in them.
 */
export interface Engine {
  readonly load: (recorder: Recorder, assets: Assets) => Promise<Modules>
  /** The data of the store that are kept when the run and its worker have ended; none by default. */
  readonly keep?: (() => Promise<ArrayBuffer>) | undefined
  /** Answers a statement of the reader, if the store has a language for queries. */
  readonly query?: ((statement: string) => Promise<Answer>) | undefined
}
