/** The resources of a store, such as running projections: they are stopped when the store closes. */

/** A resource to stop. A second call does nothing. */
export interface Stoppable {
  readonly stop: () => Promise<void>
}

/** The resources of one store. */
export interface Resources {
  readonly add: (resource: Stoppable) => void
  readonly remove: (resource: Stoppable) => void
  /** Whether the store closes or is closed: nothing may be started then. */
  readonly areClosing: () => boolean
  /** Stops all resources. */
  readonly stop: () => Promise<void>
}

/** No resources. */
export const make = (): Resources => {
  const resources = new Set<Stoppable>()
  let isClosing = false
  return {
    add: (resource) => void resources.add(resource),
    remove: (resource) => void resources.delete(resource),
    areClosing: () => isClosing,
    stop: async () => {
      isClosing = true
      await Promise.all([...resources].map(({ stop }) => stop()))
    }
  }
}
