/** What a client is told when it asks for a kind that other clusters have and the sandbox has not. */
import { goQuote } from '@/lib/validation/go-text'
import { groupVersionOf } from '../api/names'
import { type Answer, warningHeaders } from '../requests/answer'
import type { RequestInfo } from '../requests/request-info'

/** Groups that every cluster serves, of which the sandbox has a part at most. */
const KUBERNETES_GROUPS = new Set([
  '',
  'apps',
  'autoscaling',
  'batch',
  'policy',
  ...[
    'admissionregistration',
    'apiregistration',
    'authentication',
    'authorization',
    'certificates',
    'coordination',
    'discovery',
    'events',
    'metrics',
    'networking',
    'node',
    'rbac.authorization',
    'resource',
    'scheduling',
    'storage',
  ].map((name) => `${name}.k8s.io`),
])

/**
 * A 404 for a kind that other clusters have, with a Warning that says where to see what is served: kubectl and client libraries
 * print it. The 404 of a kind that nobody has stays a kube-apiserver's.
 */
export function withHint(answer: Answer, { group, version, plural }: RequestInfo): Answer {
  if (!KUBERNETES_GROUPS.has(group)) return answer
  const hint = `the sandbox does not serve ${goQuote(plural)} of ${groupVersionOf({ group, version })}: "kubectl api-resources" lists what it serves, and CustomResourceDefinitions add to it`
  if (answer.is === 'object') return { ...answer, warnings: [hint] }
  const [warning = ''] = warningHeaders([hint])
  return answer.is === 'text' && warning !== ''
    ? { ...answer, headers: { ...answer.headers, Warning: warning } }
    : answer
}
