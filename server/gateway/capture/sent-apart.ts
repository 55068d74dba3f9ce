import {
  type ForwardParts,
  headText,
  MIRROR_HOPS_HEADER,
  mirrorHops,
  mirrorParts,
} from '@/lib/routing/forward-request'

const HOPS_START = `${MIRROR_HOPS_HEADER}: `

/**
 * The header lines that only the primary, and only a copy, was sent: how often it was mirrored, and what the filters of the
 * primary's backendRef do. `text` is the head the primary was sent.
 */
export function sentApart(
  parts: ForwardParts,
  text: string,
): { readonly primary: string; readonly mirror: string } {
  const hops = parts.framing.split('\r\n').find((line) => line.startsWith(HOPS_START))
  const count = mirrorHops(hops?.slice(HOPS_START.length))
  // Nearly always no filter of a backendRef stands between.
  if (headText(parts) === text) return { primary: hops ?? '', mirror: `${HOPS_START}${count + 1}` }
  const copy = headText(mirrorParts(parts, count))
  const [primary, mirror] = [text.split('\r\n'), copy.split('\r\n')]
  return { primary: onlyIn(primary, mirror), mirror: onlyIn(mirror, primary) }
}

/** The first line is no header's. */
function onlyIn(lines: readonly string[], others: readonly string[]): string {
  return lines
    .slice(1)
    .filter((line) => !others.includes(line))
    .join('\r\n')
}
