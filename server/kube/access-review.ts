import { asObject } from './kube-error'
import type { Cluster } from './load-cluster'
import { parseJson } from './objects'

export interface AccessQuestion {
  readonly verb: 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete'
  readonly group: string
  /** Plural. */
  readonly resource: string
  readonly subresource?: string
  readonly namespace?: string
  readonly name?: string
}

/**
 * Whether the kubeconfig's user may do something, and the server's reason when it gives one. Rejects with `KubeError`.
 * https://kubernetes.io/docs/reference/access-authn-authz/authorization/#checking-api-access
 */
export async function reviewAccess(
  cluster: Cluster,
  question: AccessQuestion,
  signal?: AbortSignal,
): Promise<{ readonly allowed: boolean; readonly reason: string }> {
  const { body } = await cluster.transport.send({
    method: 'POST',
    path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
    body: {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes: question },
    },
    signal,
  })
  const status = asObject(parseJson(body)['status'])
  const reason = status?.['reason']
  return { allowed: status?.['allowed'] === true, reason: typeof reason === 'string' ? reason : '' }
}
