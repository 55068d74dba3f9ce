/** Kubernetes watch events → this → `ClusterState` for `lib/routing`. */
import { KINDS, type ResourceKind } from '@/lib/gateway-api/kinds'
import type { NamespacedName } from '@/lib/gateway-api/references'
import type {
  EndpointSlice,
  Gateway,
  GatewayClass,
  GRPCRoute,
  HTTPRoute,
  KubernetesObject,
  Namespace,
  ReferenceGrant,
  Secret,
  Service,
} from '@/lib/gateway-api/types'
import type { ClusterState } from '@/lib/routing/cluster-state'
import { type Informer, type KubeClock, startInformer } from '../kube/informer'
import type { Cluster } from '../kube/load-cluster'
import type { Logger } from '../log'
import { SECRET_WAIT_MS, SECRETS_MAX } from './limits'

export interface ClusterWatchOptions {
  readonly cluster: Cluster
  readonly clock: KubeClock
  readonly logger: Logger
  readonly onChange: () => void
}

/** Copies of everything translation looks at, kept up to date. */
export class ClusterWatch {
  private readonly options: ClusterWatchOptions
  private readonly classes: Informer
  private readonly gateways: Informer
  private readonly routes: Informer
  /** Not waited for: a cluster may not have the kind, or may not let us read it. */
  private readonly grpcRoutes: Informer
  private readonly grants: Informer
  private readonly namespaces: Informer
  private readonly services: Informer
  private readonly slices: Informer
  private readonly secrets = new Map<NamespacedName, Informer>()

  constructor(options: ClusterWatchOptions) {
    this.options = options
    this.classes = this.start(KINDS.gatewayclasses)
    this.gateways = this.start(KINDS.gateways)
    this.routes = this.start(KINDS.httproutes)
    this.grpcRoutes = this.start(KINDS.grpcroutes)
    this.grants = this.start(KINDS.referencegrants)
    this.namespaces = this.start(KINDS.namespaces)
    this.services = this.start(KINDS.services)
    this.slices = this.start(KINDS.endpointslices)
  }

  /** Resolves once every kind has been listed: before that, a missing object proves nothing. */
  async whenSynced(): Promise<void> {
    await Promise.all(this.kinds().map((informer) => informer.whenSynced))
  }

  /** What is known now. */
  state(): ClusterState {
    return {
      gatewayClasses: objectsOf<GatewayClass>(this.classes),
      gateways: objectsOf<Gateway>(this.gateways),
      httpRoutes: objectsOf<HTTPRoute>(this.routes),
      grpcRoutes: objectsOf<GRPCRoute>(this.grpcRoutes),
      referenceGrants: objectsOf<ReferenceGrant>(this.grants),
      namespaces: objectsOf<Namespace>(this.namespaces),
      services: objectsOf<Service>(this.services),
      endpointSlices: objectsOf<EndpointSlice>(this.slices),
      secrets: [...this.secrets.values()].flatMap((informer) => objectsOf<Secret>(informer)),
    }
  }

  /** Watches exactly these Secrets, one by one: no other is ever read. Waits a moment for new ones. */
  async watchSecrets(wanted: readonly NamespacedName[], signal: AbortSignal): Promise<void> {
    const kept = wanted.slice(0, SECRETS_MAX)
    if (kept.length < wanted.length) {
      this.options.logger.warn('too many certificates', { limit: SECRETS_MAX })
    }
    for (const [key, informer] of this.secrets) {
      if (kept.includes(key)) continue
      this.secrets.delete(key)
      await informer.stop()
    }
    const fresh = kept.filter((key) => !this.secrets.has(key))
    // What would begin after the end nobody would stop.
    if (fresh.length === 0 || signal.aborted) return
    for (const key of fresh) this.secrets.set(key, this.startSecret(key))
    const synced = fresh.map((key) => this.secrets.get(key)?.whenSynced)
    await Promise.race([Promise.all(synced), this.options.clock.delay(SECRET_WAIT_MS, signal)])
  }

  async stop(): Promise<void> {
    const all = [...this.kinds(), this.grpcRoutes, ...this.secrets.values()]
    await Promise.all(all.map((informer) => informer.stop()))
  }

  private kinds(): readonly Informer[] {
    const { classes, gateways, routes, grants, namespaces, services, slices } = this
    return [classes, gateways, routes, grants, namespaces, services, slices]
  }

  private start(resource: ResourceKind): Informer {
    const { cluster, clock, logger, onChange } = this.options
    return startInformer({ cluster, resource, clock, logger, onChange })
  }

  private startSecret(key: NamespacedName): Informer {
    const { cluster, clock, logger, onChange } = this.options
    const [namespace, name] = key.split('/')
    return startInformer({
      cluster,
      resource: KINDS.secrets,
      namespace,
      fieldSelector: `metadata.name=${name}`,
      clock,
      logger,
      onChange,
    })
  }
}

/** The server has validated the objects against the kind's schema; the types say what that schema says. */
function objectsOf<Kind extends KubernetesObject>(informer: Informer): readonly Kind[] {
  return [...informer.objects.values()] as Kind[]
}
