/** What programs can import on every engine: Refold with its store in memory, and parts of Effect. */
import { Result } from "effect"
import * as Refold from "refold"
import * as Promises from "refold/promise"
// The public modules by their paths, `export * as View from "@refold/core/decide/View"`.
// oxlint-disable-next-line import/default
import barrel from "../../../packages/refold/src/index.ts?raw"
import * as EffectModules from "./EffectModules.ts"
import type { Module, Modules } from "./Engine.ts"
import type { Recorder } from "./Recorder.ts"

/** The modules by specifier. What defines aggregates and projections, folds, and opens stores is noted by the recorder. */
export const make = (recorder: Recorder): Map<string, Module> => {
  const refold = refoldOf(recorder)
  const paths = [...barrel.matchAll(/export \* as (\w+) from "(@refold\/(\w+)\/.+)"/g)]
  const packages = new Set(paths.map(([, , , name]) => name!))
  const modules: ReadonlyArray<readonly [string, Module]> = [
    ["effect", EffectModules],
    ...below("effect", EffectModules),
    ["refold", refold],
    ...below("refold", refold),
    ["refold/promise", promisesOf(recorder)],
    ...[...packages].map((name) => {
      const own = paths.filter(([, , , owner]) => owner === name).map(([, module]) => [module!, refold[module!]])
      return [`@refold/${name}`, Object.fromEntries(own)] as const
    }),
    ...paths.map(([, module, path]) => [path!, refold[module!] as Module] as const)
  ]
  return new Map(modules)
}

/** The modules, with an error that names what is missing in place of `undefined`. */
export const guarded = (modules: Modules): Modules =>
  new Map([...modules].map(([specifier, module]) => [specifier, new Proxy(module, { get: getter(specifier) })]))

// `then` is asked for where a module is awaited.
const getter = (specifier: string) => (module: Module, name: string | symbol) => {
  if (name === "__esModule") return true
  if (typeof name === "symbol" || name === "then" || Object.hasOwn(module, name)) return module[name as string]
  throw new Error(`"${specifier}" has no "${name}" here. It has ${Object.keys(module).join(", ")}.`)
}

const below = (barrel: string, exports: Module): ReadonlyArray<readonly [string, Module]> =>
  Object.entries(exports).filter(([, value]) => typeof value === "object")
    .map(([name, value]) => [`${barrel}/${name}`, value as Module])

const refoldOf = (recorder: Recorder): Module => ({
  ...Refold,
  View: {
    ...Refold.View,
    fold: <State, Event>(view: Refold.View.View<State, Event>, events: Iterable<Event>): State => {
      recorder.fold(view, events)
      return Refold.View.fold(view, events)
    }
  },
  Aggregate: aggregateOf(recorder),
  Projection: projectionOf(recorder),
  MemoryStore: {
    ...Refold.MemoryStore,
    layer: recorder.layer(Refold.MemoryStore.layer),
    layerWith: (options: Refold.MemoryStore.StoreOptions) => recorder.layer(Refold.MemoryStore.layerWith(options)),
    layerWithCopies: recorder.layer(Refold.MemoryStore.layerWithCopies)
  }
})

// A generic function gives its parameters as the constraints of their types.
type Made<F extends (...args: never) => unknown> = Parameters<F>

const aggregateOf = ({ aggregate }: Recorder): Module => {
  const { make, makeUnsafe } = Refold.Aggregate
  return {
    ...Refold.Aggregate,
    make: (...args: Made<typeof make>) => Result.map(make(...args), aggregate),
    makeUnsafe: (...args: Made<typeof makeUnsafe>) => aggregate(makeUnsafe(...args))
  }
}

const projectionOf = ({ projection }: Recorder): Module => {
  const { make, makeUnsafe, ofAggregate, ofAggregateUnsafe } = Refold.Projection
  return {
    ...Refold.Projection,
    make: (...args: Made<typeof make>) => Result.map(make(...args), projection),
    makeUnsafe: (...args: Made<typeof makeUnsafe>) => projection(makeUnsafe(...args)),
    ofAggregate: (...args: Made<typeof ofAggregate>) => Result.map(ofAggregate(...args), projection),
    ofAggregateUnsafe: (...args: Made<typeof ofAggregateUnsafe>) => projection(ofAggregateUnsafe(...args))
  }
}

const promisesOf = ({ layer }: Recorder): Module => ({
  ...Promises,
  openMemory: ({ signal, ...options }: Promises.MemoryOptions = {}) =>
    Promises.openLayer(layer(Refold.MemoryStore.layerWith(options)), { signal })
})
