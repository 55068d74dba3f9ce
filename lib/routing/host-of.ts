const HOST_PATTERN = /^(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~!$&'()*+,;=%-]*)(?::\d{0,5})?$/
const PLAIN_HOST = /^[a-z0-9.-]+$/

/** The host of an authority: lower case, without port or a trailing dot; null when it is no authority. */
export function hostOf(authority: string): string | null {
  if (PLAIN_HOST.test(authority)) return withoutTrailingDot(authority)
  if (!HOST_PATTERN.test(authority)) return null
  const colon = authority.startsWith('[')
    ? authority.indexOf(':', authority.indexOf(']'))
    : authority.indexOf(':')
  const host = colon === -1 ? authority : authority.slice(0, colon)
  return withoutTrailingDot(host.toLowerCase())
}

function withoutTrailingDot(host: string): string {
  return host.endsWith('.') ? host.slice(0, -1) : host
}
