/** What every operation stands on, whoever asks for it. */
import type { Logger } from '../../log'
import type { ApiStatus } from '../api/outcome'
import { internal } from '../api/status-error'
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

/** What a bug below would otherwise turn into a hanging request. */
export function unexpected(context: Pick<SandboxContext, 'logger'>, error: unknown): ApiStatus {
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error)
  context.logger.error('an operation failed unexpectedly', { error: detail })
  return internal('Internal error occurred: the operation failed unexpectedly')
}
