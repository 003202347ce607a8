/** The findings of a run, as `--json` stores them. */
import type { Machine } from "../crud/Machine.ts"
import type { Group } from "./Group.ts"
import type { PeerName } from "./Peers.ts"
import type { Scale } from "./Scale.ts"
import type { Spread } from "./Statistics.ts"

/** The figures of one cell. Without `figure`, `failed` or `missing` has the reason. */
export interface Row {
  readonly label: string
  readonly peer: PeerName
  /** The figure of each round; null if the round failed. */
  readonly values: ReadonlyArray<number | null>
  readonly figure?: Spread
  /** See `compare` of the group. */
  readonly ratio?: Spread
  /** Medians of the rounds' latencies, in milliseconds. */
  readonly p50?: number
  readonly p99?: number
  /** Microseconds of processor time an event, of the client and of the server if that can be measured. */
  readonly clientCpu?: number
  readonly serverCpu?: number
  readonly failed?: string
  readonly missing?: string
}

/** A group and its rows. */
export interface Compared extends Omit<Group, "cells"> {
  readonly rows: ReadonlyArray<Row>
}

/** The incorrect results of a store in the whole run. */
export interface Correctness {
  readonly peer: PeerName
  readonly label: string
  /** The events that it acknowledged. */
  readonly events: number
  readonly lost: number
  readonly unraised: number
  readonly skipped: number
  /** Whether there is a reader of the whole log. */
  readonly hasReader: boolean
}

/** A store that could not be measured. */
export interface Absent {
  readonly peer: PeerName
  readonly label: string
  readonly reason: string
}

/** A whole run. */
export interface Findings {
  readonly machine: Machine & { readonly loadBefore: number; readonly loadAfter: number; readonly memory: string }
  readonly postgres: {
    readonly version: string
    readonly source: string
    readonly settings: Readonly<Record<string, string>>
  }
  /** The npm packages and their versions, by the label of the store. */
  readonly versions: Readonly<Record<string, string>>
  readonly scale: Scale
  /** Seconds that the run took. */
  readonly seconds: number
  readonly groups: ReadonlyArray<Compared>
  readonly correctness: ReadonlyArray<Correctness>
  readonly absent: ReadonlyArray<Absent>
}
