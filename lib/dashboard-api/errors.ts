/** The one error shape of the dashboard API. `message` is a sentence for a person and says what to do. */
export interface DashboardError {
  readonly code: DashboardErrorCode
  readonly message: string
  /** The Kubernetes Status behind it, where there is one. */
  readonly status?: KubernetesStatus
}

export type DashboardErrorCode =
  | 'bad-request'
  | 'forbidden-origin'
  | 'not-signed-in'
  | 'read-only'
  | 'cluster-unreachable'
  | 'kubernetes-error'
  | 'not-found'
  | 'too-large'
  | 'too-many'
  | 'observer-unreachable'
  | 'internal'

/** https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/ */
export interface KubernetesStatus {
  readonly code: number
  readonly reason: string
  readonly message: string
  readonly causes: readonly {
    readonly reason: string
    readonly field: string
    readonly message: string
  }[]
}
