/** The services of a store that requests need. */
import type { SnapshotStore } from "@refold/store/decide/SnapshotStore"
import type { EventReader } from "@refold/store/log/EventReader"
import type { EventStore } from "@refold/store/log/EventStore"
import type { ReadModelStore } from "@refold/store/project/ReadModelStore"

/** The services of a store: every adapter's layer has them. */
export type Services = EventStore | EventReader | SnapshotStore | ReadModelStore
