const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  EPIPE: 'connection reset',
  EHOSTUNREACH: 'address not reachable',
  ENETUNREACH: 'address not reachable',
  EADDRNOTAVAIL: 'no local port left',
  EMFILE: 'too many open connections',
}

/** An error code of a socket or of Node's HTTP parser in plain words. */
export function failureReason(code: string): string {
  if (code.startsWith('HPE_')) return 'not an HTTP answer'
  return REASONS[code] ?? 'connection failed'
}
