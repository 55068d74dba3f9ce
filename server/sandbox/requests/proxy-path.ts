/** Paths of the proxy subresources of Services and Pods → what they name. */

export interface ProxyPath {
  readonly namespace: string
  readonly plural: 'services' | 'pods'
  /** As it stands in the path: `name`, `name:port` or `scheme:name:port`. */
  readonly id: string
  /** What comes before the backend's own path. */
  readonly prefix: string
  /** The backend's path with its escapes; empty when the request has not even a slash after `proxy`. */
  readonly path: string
}

const PATTERN = /^(\/api\/v1\/namespaces\/([^/]+)\/(services|pods)\/([^/]+)\/proxy)(\/.*)?$/

/** The parts of such a path; undefined for every other. */
export function parseProxyPath(pathname: string): ProxyPath | undefined {
  const match = PATTERN.exec(pathname)
  if (match === null) return undefined
  const [, prefix = '', namespace = '', plural, id = '', path = ''] = match
  try {
    const decoded = { namespace: decodeURIComponent(namespace), id: decodeURIComponent(id) }
    return { ...decoded, plural: plural === 'pods' ? 'pods' : 'services', prefix, path }
  } catch {
    return undefined
  }
}

export interface ProxyName {
  readonly scheme: 'http' | 'https'
  readonly name: string
  /** A number or a name; empty when none was said. */
  readonly port: string
}

/** The parts of an id; undefined when there are too many, no name, or another scheme than http and https. */
export function splitProxyId(id: string): ProxyName | undefined {
  const parts = id.split(':')
  if (parts.length > 3) return undefined
  const [scheme = '', name = '', port = ''] =
    parts.length === 3 ? parts : ['', parts[0] ?? '', parts[1] ?? '']
  if (name === '' || !['', 'http', 'https'].includes(scheme)) return undefined
  return { scheme: scheme === 'https' ? 'https' : 'http', name, port }
}
