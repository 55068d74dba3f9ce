/**
 * Hostname rules of listeners and routes: exact names and `*.` wildcards that stand for one or more labels.
 * https://gateway-api.sigs.k8s.io/reference/spec/#hostname
 */

/** Whether a host (lower case, no port) is covered by a hostname; `''` covers every host. */
export function hostnameCovers(hostname: string, host: string): boolean {
  if (hostname === '' || hostname === host) return true
  return (
    hostname.startsWith('*.') &&
    host.length > hostname.length - 1 &&
    host.endsWith(hostname.slice(1))
  )
}

/** The more specific of two hostnames where they overlap; null where they do not. `''` overlaps with all. */
export function intersectHostnames(left: string, right: string): string | null {
  if (hostnameCovers(left, right)) return right
  if (hostnameCovers(right, left)) return left
  return null
}

/**
 * The route's hostnames that overlap with a listener's, in lower case: `['']` for a route without hostnames, `[]` when none
 * overlap. They are the route's own, wider ones too, since of two routes the one that names the host more exactly is to
 * take it, whatever the listener makes of them both.
 */
export function servedHostnames(
  listenerHostname: string,
  routeHostnames: readonly string[],
): readonly string[] {
  if (routeHostnames.length === 0) return ['']
  const lower = routeHostnames.map((hostname) => hostname.toLowerCase())
  return [...new Set(lower)].filter(
    (hostname) => intersectHostnames(listenerHostname, hostname) !== null,
  )
}

/**
 * Finds the entries for a host from the most to the least specific hostname:
 * exact name, then the longest wildcard, then every host.
 */
export class HostnameMap<Value> {
  private readonly exact: Map<string, Value>
  private readonly wildcard: Map<string, Value>
  private any: Value | undefined

  /** Begins with the entries of another map. */
  constructor(from?: HostnameMap<Value>) {
    this.exact = new Map(from?.exact)
    this.wildcard = new Map(from?.wildcard)
    this.any = from?.any
  }

  set(hostname: string, value: Value): void {
    if (hostname === '') this.any = value
    else if (hostname.startsWith('*.')) this.wildcard.set(hostname.slice(2), value)
    else this.exact.set(hostname, value)
  }

  delete(hostname: string): void {
    if (hostname === '') this.any = undefined
    else if (hostname.startsWith('*.')) this.wildcard.delete(hostname.slice(2))
    else this.exact.delete(hostname)
  }

  get(hostname: string): Value | undefined {
    if (hostname === '') return this.any
    if (hostname.startsWith('*.')) return this.wildcard.get(hostname.slice(2))
    return this.exact.get(hostname)
  }

  /**
   * What `found` returns for the first hostname covering `host` for which that is not null.
   * `argument` is handed through, so that callers on a hot path need no closure.
   */
  find<Argument, Found>(
    host: string,
    found: (value: Value, argument: Argument) => Found | null,
    argument: Argument,
  ): Found | null {
    const exact = this.exact.get(host)
    const result = exact === undefined ? null : found(exact, argument)
    if (result !== null) return result
    const wildcard = this.findWildcard(host, found, argument)
    if (wildcard !== null || this.any === undefined) return wildcard
    return found(this.any, argument)
  }

  private findWildcard<Argument, Found>(
    host: string,
    found: (value: Value, argument: Argument) => Found | null,
    argument: Argument,
  ): Found | null {
    if (this.wildcard.size === 0) return null
    for (let dot = host.indexOf('.', 1); dot !== -1; dot = host.indexOf('.', dot + 1)) {
      const value = this.wildcard.get(host.slice(dot + 1))
      const result = value === undefined ? null : found(value, argument)
      if (result !== null) return result
    }
    return null
  }
}
