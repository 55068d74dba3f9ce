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
 * The hostnames a route serves on a listener: both in lower case, `['']` for every host, `[]` when none overlap.
 */
export function intersectRouteHostnames(
  listenerHostname: string,
  routeHostnames: readonly string[],
): readonly string[] {
  if (routeHostnames.length === 0) return [listenerHostname]
  const served = new Set<string>()
  for (const hostname of routeHostnames) {
    const shared = intersectHostnames(listenerHostname, hostname.toLowerCase())
    if (shared !== null) served.add(shared)
  }
  return [...served]
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
