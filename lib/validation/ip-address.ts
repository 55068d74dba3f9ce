/**
 * The bytes of an IPv4 (4) or IPv6 (16) address, or undefined when `text` is none.
 * `sloppy` tolerates leading zeros in IPv4, as kube-apiserver does for old data.
 */
export function parseIpAddress(text: string, sloppy = false): readonly number[] | undefined {
  return text.includes(':') ? parseIpv6(text, sloppy) : parseIpv4(text, sloppy)
}

function parseIpv4(text: string, sloppy: boolean): readonly number[] | undefined {
  const parts = text.split('.')
  if (parts.length !== 4) return undefined
  const valid = parts.every(
    (part) =>
      /^[0-9]+$/.test(part) && Number(part) <= 255 && (sloppy || part === String(Number(part))),
  )
  return valid ? parts.map(Number) : undefined
}

function parseIpv6(text: string, sloppy: boolean): readonly number[] | undefined {
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const head = parseGroups(halves[0] ?? '', halves.length === 1, sloppy)
  if (head === undefined) return undefined
  if (halves.length === 1) return head.length === 16 ? head : undefined
  const tail = parseGroups(halves[1] ?? '', true, sloppy)
  if (tail === undefined || head.length + tail.length > 14) return undefined
  return [...head, ...new Array<number>(16 - head.length - tail.length).fill(0), ...tail]
}

/** Bytes of colon-separated groups; the last may be dotted IPv4 when `atEnd`. */
function parseGroups(text: string, atEnd: boolean, sloppy: boolean): number[] | undefined {
  if (text === '') return []
  const groups = text.split(':')
  const bytes: number[] = []
  for (const [index, group] of groups.entries()) {
    if (atEnd && index === groups.length - 1 && group.includes('.')) {
      const dotted = parseIpv4(group, sloppy)
      if (dotted === undefined) return undefined
      bytes.push(...dotted)
      continue
    }
    if (!/^[0-9a-fA-F]{1,4}$/.test(group)) return undefined
    const value = Number.parseInt(group, 16)
    bytes.push(value >> 8, value & 255)
  }
  return bytes
}
