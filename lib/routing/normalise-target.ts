/** A request target in origin form, ready to be matched; the authority it named, if it was absolute. */
export interface NormalisedTarget {
  readonly target: string
  readonly authority: string | undefined
}

const ABSOLUTE = /^https?:\/\/([^/?#]+)([^#]*)$/i

/**
 * The target as the route table and the backends are to see it: absolute form taken apart (RFC 9112 3.2.2), dot segments
 * removed, encoded ones too (RFC 3986 6.2.2), so that no path means one thing here and another behind.
 * Null when it is no target of a request to a gateway.
 */
export function normaliseTarget(target: string): NormalisedTarget | null {
  if (target === '*') return { target, authority: undefined }
  const absolute = ABSOLUTE.exec(target)
  const authority = absolute?.[1]
  const origin = absolute === null ? target : rooted(absolute[2] ?? '')
  if (!origin.startsWith('/') || origin.includes('#')) return null
  const question = origin.indexOf('?')
  const path = question === -1 ? origin : origin.slice(0, question)
  const query = question === -1 ? '' : origin.slice(question)
  // Servers differ in whether a backslash separates segments.
  if (/\\|%5c/i.test(path)) return null
  return { target: removeDotSegments(path.replace(/%2e/gi, '.')) + query, authority }
}

function rooted(rest: string): string {
  return rest.startsWith('/') ? rest : `/${rest}`
}

/** RFC 3986 5.2.4 for a path that starts with a slash. */
function removeDotSegments(path: string): string {
  const out: string[] = []
  const segments = path.slice(1).split('/')
  for (const [index, segment] of segments.entries()) {
    const isLast = index === segments.length - 1
    if (segment === '..') out.pop()
    if (segment !== '..' && segment !== '.') out.push(segment)
    else if (isLast) out.push('')
  }
  return `/${out.join('/')}`
}
