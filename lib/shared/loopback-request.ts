const LOOPBACK_HOST = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/i

/**
 * Whether a Host header names this machine, with or without a port. A page whose own name resolves to loopback sends
 * that name, which is how DNS rebinding shows.
 */
export function isLoopbackHost(host: string | undefined): boolean {
  return host !== undefined && LOOPBACK_HOST.test(host)
}

/** A request target as a URL whose host means nothing; null when it is none, such as `//`. */
export function targetUrl(target: string): URL | null {
  try {
    return new URL(target, 'http://loopback')
  } catch {
    return null
  }
}
