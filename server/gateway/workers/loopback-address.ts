/**
 * Candidate addresses for a Gateway in 127.64.0.0/10, the same ones in the same order each time.
 * The lower quarter of 127/8 is left to everything else on the machine.
 */
export function* loopbackAddresses(gateway: string, count: number): Generator<string> {
  let hash = fnv1a(gateway)
  for (let attempt = 0; attempt < count; attempt++) {
    const second = 64 + (hash & 63)
    const third = (hash >>> 6) & 255
    const fourth = 1 + (((hash >>> 14) & 0xffff) % 254)
    yield `127.${second}.${third}.${fourth}`
    hash = fnv1a(`${gateway}#${attempt}`)
  }
}

/** http://www.isthe.com/chongo/tech/comp/fnv/ with a final mix, as its low bits alone are poor for short keys. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  return (hash ^ (hash >>> 13)) >>> 0
}

/** Ports tried, in order, where a listener's own may not be bound: 80 becomes 10080. */
export function* alternativePorts(port: number, count: number): Generator<number> {
  const first = port + 10_000 <= 65_000 ? port + 10_000 : 20_000 + (port % 10_000)
  for (let attempt = 0; attempt < count; attempt++) yield first + attempt
}
