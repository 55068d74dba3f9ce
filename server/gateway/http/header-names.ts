import { MIRROR_HOPS_HEADER } from '@/lib/routing/forward-request'

/** Header lines the data plane treats specially, recognised from bytes without allocating a string. */
export const HEADER = {
  other: 0,
  host: 1,
  contentLength: 2,
  transferEncoding: 3,
  connection: 4,
  keepAlive: 5,
  upgrade: 6,
  expect: 7,
  te: 8,
  trailer: 9,
  proxyConnection: 10,
  forwardedFor: 11,
  forwardedProto: 12,
  forwardedHost: 13,
  requestId: 14,
  mirrorHops: 15,
} as const

const NAMES: Readonly<Record<string, number>> = {
  host: HEADER.host,
  'content-length': HEADER.contentLength,
  'transfer-encoding': HEADER.transferEncoding,
  connection: HEADER.connection,
  'keep-alive': HEADER.keepAlive,
  upgrade: HEADER.upgrade,
  expect: HEADER.expect,
  te: HEADER.te,
  trailer: HEADER.trailer,
  'proxy-connection': HEADER.proxyConnection,
  'x-forwarded-for': HEADER.forwardedFor,
  'x-forwarded-proto': HEADER.forwardedProto,
  'x-forwarded-host': HEADER.forwardedHost,
  'x-request-id': HEADER.requestId,
  [MIRROR_HOPS_HEADER]: HEADER.mirrorHops,
}

/** One bit for the id of each name, which must be one of ours, in lower case. */
export function headerMask(names: readonly string[]): number {
  return names.reduce((mask, name) => mask | (1 << (NAMES[name] ?? HEADER.other)), 0)
}

interface KnownName {
  readonly bytes: Uint8Array
  readonly id: number
}

const BY_LENGTH: (readonly KnownName[])[] = []
for (const [name, id] of Object.entries(NAMES)) {
  const known = { bytes: new TextEncoder().encode(name), id }
  BY_LENGTH[name.length] = [...(BY_LENGTH[name.length] ?? []), known]
}

/** Which header the name in `bytes[start, end)` is; 0 when none of ours. Compares without case. */
export function headerIdAt(bytes: Uint8Array, start: number, end: number): number {
  const candidates = BY_LENGTH[end - start]
  if (candidates === undefined) return HEADER.other
  for (const candidate of candidates) {
    if (equalsIgnoringCase(bytes, start, candidate.bytes)) return candidate.id
  }
  return HEADER.other
}

/** `0x20` folds upper case to lower; a hyphen has that bit already. */
function equalsIgnoringCase(bytes: Uint8Array, start: number, lower: Uint8Array): boolean {
  for (let index = 0; index < lower.length; index++) {
    if (((bytes[start + index] ?? 0) | 0x20) !== lower[index]) return false
  }
  return true
}

/** 1 for each byte that may stand in a token (RFC 9110 5.6.2). */
export const TOKEN_BYTES = new Uint8Array(256)
for (const character of "!#$%&'*+-.^_`|~0123456789") TOKEN_BYTES[character.charCodeAt(0)] = 1
for (let code = 65; code <= 90; code++) {
  TOKEN_BYTES[code] = 1
  TOKEN_BYTES[code + 32] = 1
}

/** 1 for each byte that may stand in a field value (RFC 9110 5.5): no control character but the tab. */
export const VALUE_BYTES = new Uint8Array(256)
VALUE_BYTES[9] = 1
for (let code = 32; code < 256; code++) VALUE_BYTES[code] = code === 127 ? 0 : 1
