/** Environment of a container, as the kubelet builds it from the Pod. */
import type { Container, Pod } from '@/lib/gateway-api/types'

export type Environment = Readonly<Record<string, string>>

/**
 * Values of a container's `env`: literal ones with `$(NAME)` expanded from earlier ones, and field references.
 * Sources the sandbox has no use for (ConfigMap and Secret keys, resources) leave the variable unset.
 */
export function buildEnvironment(pod: Pod, container: Container, podIP: string): Environment {
  const environment = new Map<string, string>()
  for (const variable of container.env ?? []) {
    const fieldPath = variable.valueFrom?.fieldRef?.fieldPath
    const value =
      fieldPath === undefined
        ? expand(variable.value ?? '', environment)
        : fieldValue(pod, fieldPath, podIP)
    if (value !== undefined) environment.set(variable.name, value)
  }
  return Object.fromEntries(environment)
}

/** `$(NAME)` becomes the value of NAME, `$$(NAME)` the text `$(NAME)`; unknown names stay as they are. */
function expand(value: string, environment: ReadonlyMap<string, string>): string {
  return value.replace(/\$?\$\(([^)]*)\)/g, (match, name: string) =>
    match.startsWith('$$') ? match.slice(1) : (environment.get(name) ?? match),
  )
}

/** https://kubernetes.io/docs/concepts/workloads/pods/downward-api/#available-fields */
function fieldValue(pod: Pod, fieldPath: string, podIP: string): string | undefined {
  const keyed = /^metadata\.(labels|annotations)\['([^']+)'\]$/.exec(fieldPath)
  if (keyed !== null) {
    const map = keyed[1] === 'labels' ? pod.metadata.labels : pod.metadata.annotations
    return map?.[keyed[2] ?? ''] ?? ''
  }
  switch (fieldPath) {
    case 'metadata.name':
      return pod.metadata.name
    case 'metadata.namespace':
      return pod.metadata.namespace ?? ''
    case 'metadata.uid':
      return pod.metadata.uid ?? ''
    case 'spec.serviceAccountName':
      return pod.spec.serviceAccountName ?? ''
    case 'status.podIP':
    case 'status.podIPs':
      return podIP
    case 'status.hostIP':
    case 'status.hostIPs':
      return '127.0.0.1'
    default:
      return undefined
  }
}
