/** A request path → which resource, object and subresource it names. */
export interface RequestInfo {
  readonly group: string
  readonly version: string
  readonly plural: string
  /** '' for cluster-scoped paths and lists over all namespaces. */
  readonly namespace: string
  /** '' for a collection. */
  readonly name: string
  readonly subresource: string
  /** The old form of watching, `/watch/` before the resource. */
  readonly isWatchPath: boolean
}

const NAMESPACE_SUBRESOURCES = new Set(['status', 'finalize'])

/** The parts of `/api/v1/…` and `/apis/<group>/<version>/…`; undefined when the path has another shape. */
export function parseResourcePath(path: string): RequestInfo | undefined {
  const parts = decodeParts(path)
  if (parts === undefined) return undefined
  if (parts[0] === 'api') return parseRest('', parts[1] ?? '', parts.slice(2))
  if (parts[0] === 'apis') return parseRest(parts[1] ?? '', parts[2] ?? '', parts.slice(3))
  return undefined
}

function decodeParts(path: string): string[] | undefined {
  const parts = path.split('/').slice(1)
  try {
    const decoded = parts.map(decodeURIComponent)
    // An encoded slash would let one part pose as two; no Kubernetes name has one.
    return decoded.every((part) => part !== '' && !part.includes('/')) ? decoded : undefined
  } catch {
    return undefined
  }
}

function parseRest(group: string, version: string, all: string[]): RequestInfo | undefined {
  const isWatchPath = all[0] === 'watch' && all.length > 1
  const rest = isWatchPath ? all.slice(1) : all
  const base = { group, version, isWatchPath }
  if (version === '' || rest.length === 0) return undefined
  const isInNamespace =
    rest[0] === 'namespaces' && rest.length > 2 && !NAMESPACE_SUBRESOURCES.has(rest[2] ?? '')
  const [plural = '', name = '', subresource = '', ...more] = isInNamespace ? rest.slice(2) : rest
  if (more.length > 0) return undefined
  return { ...base, plural, name, subresource, namespace: isInNamespace ? (rest[1] ?? '') : '' }
}
