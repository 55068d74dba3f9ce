/** A data directory → the context of every request: the store with what watches it, the kinds that are served, tokens and counts. */
import { randomBytes, randomUUID } from 'node:crypto'
import type { Logger } from '../../log'
import { timestamp } from '../api/api-object'
import type { PodAccess } from '../api/contracts'
import { IS_WATCH_LIST_DEFAULT } from '../api/kubernetes-version'
import { builtinServedKind } from '../kinds/builtin-served-kind'
import { BUILTIN_KINDS } from '../kinds/core/builtin-kinds'
import { definitionKind } from '../kinds/definitions/definition-kind'
import { KindRegistry } from '../kinds/kind-registry'
import { openDurableLog } from '../storage/durable-log'
import { Store } from '../storage/store'
import { WatchHub } from '../storage/watch-hub'
import type { ServerContext } from './api-request'
import { ALLOW_ALL, policyAuthorizer } from './authorizer'
import { Health } from './health'
import { RequestMetrics } from './request-metrics'
import { ServiceAccountTokens, type StaticToken } from './service-account-tokens'
import { storedPolicy } from './stored-policy'

export interface ContextOptions {
  readonly dataDirectory: string
  /** Bearer token every request must carry. */
  readonly token: string
  /** Whether roles and bindings decide; else everybody may do everything. Members of system:masters always may. */
  readonly isRbacEnabled?: boolean
  /** Tokens beside `token`, with whom each is of. */
  readonly people?: readonly StaticToken[]
  readonly logger: Logger
  readonly pods?: PodAccess
  /** Epoch milliseconds. */
  readonly now?: () => number
  /** The feature gate WatchList: lets watches ask for initial events. Off by default, as in the version this server is. */
  readonly isWatchListEnabled?: boolean
}

export type OpenedContext =
  | { readonly ok: true; readonly context: ServerContext }
  | { readonly ok: false; readonly message: string }

/** Opens or creates the data. Fails with one sentence for the user. Whoever opens it closes `context.store`. */
export function openContext(options: ContextOptions): OpenedContext {
  const opened = openDurableLog(options.dataDirectory)
  if (!opened.ok) return opened
  const { logger } = options
  const now = options.now ?? Date.now
  const store = new Store(opened.log, logger)
  const builtin = [...BUILTIN_KINDS, definitionKind(() => timestamp(now()))]
  const kinds = new KindRegistry(builtin.map(builtinServedKind))
  const context: ServerContext = {
    store,
    kinds,
    hub: new WatchHub(store, logger),
    health: new Health(store),
    metrics: new RequestMetrics(kinds),
    tokens: new ServiceAccountTokens(options.token, store, now, options.people),
    access: options.isRbacEnabled === true ? policyAuthorizer(storedPolicy(store)) : ALLOW_ALL,
    logger,
    now,
    newUid: () => randomUUID(),
    nameSuffix: randomSuffix,
    pods: options.pods,
    forwards: new Set(),
    isWatchListEnabled: options.isWatchListEnabled ?? IS_WATCH_LIST_DEFAULT,
  }
  return { ok: true, context }
}

/** The alphabet of generated names: no vowels, so that no words come out. */
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789'

function randomSuffix(): string {
  return [...randomBytes(5)].map((byte) => ALPHABET[byte % ALPHABET.length]).join('')
}
