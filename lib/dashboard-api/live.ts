/**
 * GET /api/live?kinds=httproutes,gateways: server-sent events, one stream per page.
 * First a `snapshot` per kind, then a `change` per watch event; `connection` whenever the watch's state changes, and
 * `denial` whenever a kind may no longer be read, or may be again.
 */
import type { KubernetesObject } from '@/lib/gateway-api/types'

export interface LiveSnapshot {
  readonly kind: string
  /** In which the cluster serves the kind. */
  readonly apiVersion: string
  readonly items: readonly KubernetesObject[]
}

export interface LiveChange {
  readonly kind: string
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly object: KubernetesObject
}

export interface LiveConnection {
  /** `denied`: the API server answers, and does not let its user read this kind. */
  readonly state: 'connected' | 'connecting' | 'disconnected' | 'denied'
  /** What to do, when not connected. */
  readonly message: string
}

/** Whether a kind may be read: what can't be read is unknown, neither empty nor disconnected. */
export interface LiveDenial {
  readonly kind: string
  /** Which right is missing and what the server says; empty when the kind may be read. */
  readonly message: string
}

/** The kubeconfig context of the sandbox, whose Gateways of every class are served by Mirrorboard's own gateway. */
export const SANDBOX_CONTEXT = 'mirrorboard-sandbox'

/** GET /api/cluster. */
export interface ClusterInfo {
  readonly context: string
  readonly server: string
  readonly kubernetesVersion: string | null
  readonly reachable: boolean
  readonly message: string
  /** Whether every change is refused, as MIRRORBOARD_READ_ONLY asks for. */
  readonly readOnly: boolean
}

/** GET /api/schemas?plural=httproutes&version=v1beta1: the schema the connected cluster serves; of `v1` unless told. */
export interface SchemaResponse {
  readonly apiVersion: string
  readonly kind: string
  readonly kubernetesVersion: string
  /** structural OpenAPI v3 schema with x-kubernetes-* extensions. */
  readonly openAPIV3Schema: Record<string, unknown>
}

/**
 * GET /api/health: 200 when every plane is ready, 503 while one is not. It answers everybody, so it says of each plane
 * only whether it is well.
 */
export interface PublicHealth {
  readonly status: HealthResponse['status']
  readonly planes: Readonly<Record<string, Pick<PlaneHealth, 'status'>>>
}

/** GET /api/planes. */
export interface HealthResponse {
  readonly status: 'ok' | 'starting' | 'degraded'
  readonly planes: Readonly<Record<string, PlaneHealth>>
}

export interface PlaneHealth {
  readonly status: 'ok' | 'starting' | 'failed'
  readonly message: string
  readonly pid?: number
  /** Resident memory of the plane's process. */
  readonly residentBytes?: number
}
