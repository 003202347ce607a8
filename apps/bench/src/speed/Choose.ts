/** Selects the groups and stores that the command line names. */
import * as Result from "effect/Result"
import { UsageError } from "../crud/Cli.ts"
import type { Asked } from "./Cli.ts"
import type { Group } from "./Group.ts"
import * as Groups from "./Groups.ts"
import { peers } from "./Peers.ts"

/** The groups of a run; Refold is in all of them. Fails for a name without a match. */
export const choose = (
  { only, peers: asked, scale }: Pick<Asked, "only" | "peers" | "scale">
): Result.Result<ReadonlyArray<Group>, UsageError> => {
  const all = Groups.groups(scale)
  const names = Object.keys(peers)
  const unknown = only.find((name) => !all.some((group) => group.name.startsWith(name)))
  if (unknown !== undefined) {
    return fail(`--only ${unknown} fits none of ${all.map(({ name }) => name).join(", ")}`)
  }
  const stranger = asked.find((peer) => !names.includes(peer))
  if (stranger !== undefined) return fail(`--peer ${stranger} is none of ${names.join(", ")}`)
  return Result.succeed(
    all.filter(({ name }) => only.length === 0 || only.some((start) => name.startsWith(start)))
      .map((group) => ({ ...group, cells: group.cells.filter(({ peer }) => isAsked(asked, peer)) }))
  )
}

const fail = (problem: string) => Result.fail(new UsageError({ problem }))

const isAsked = (asked: ReadonlyArray<string>, peer: string): boolean =>
  asked.length === 0 || asked.includes(peer) || peer.startsWith("refold")
