/**
 * The header lines that only the primary, and only a copy, was sent: how often it was mirrored, and what the filters of the
 * primary's backendRef do. `text` is the head the primary was sent, `copy` that of the copy.
 */
export function sentApart(
  text: string,
  copy: string,
): { readonly primary: string; readonly mirror: string } {
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
