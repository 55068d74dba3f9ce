import type { Logger } from '../../log'
import type { KindRegistry } from '../kinds/kind-registry'
import type { Store } from '../storage/store'

/** What every operation works on; time and randomness come in from outside. */
export interface SandboxContext {
  readonly store: Store
  readonly kinds: KindRegistry
  readonly logger: Logger
  /** Epoch milliseconds. */
  now(): number
  /** A version 4 UUID. */
  newUid(): string
  /** Five characters for generateName. */
  nameSuffix(): string
}

/** How a client asked for a write. */
export interface WriteOptions {
  /** Field manager; the User-Agent's product when the client named none. */
  readonly manager: string
  readonly isDryRun: boolean
}
