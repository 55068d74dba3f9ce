/** Splits a pattern of RE2's syntax: quotations, escapes, classes, counted repetitions, and single characters. Joined they are it. */
export function regexTokens(pattern: string): readonly string[] {
  const tokens: string[] = []
  let at = 0
  while (at < pattern.length) {
    const end = tokenEnd(pattern, at)
    tokens.push(pattern.slice(at, end))
    at = end
  }
  return tokens
}

function tokenEnd(pattern: string, at: number): number {
  const character = pattern[at]
  if (character === '[') return classEnd(pattern, at)
  if (character === '{') {
    return at + (/^\{\d+(?:,\d*)?\}/.exec(pattern.slice(at, at + 24))?.[0].length ?? 1)
  }
  if (character !== '\\') return at + 1
  const next = pattern[at + 1] ?? ''
  if (next === 'Q') return endOf(pattern, '\\E', at + 2)
  return 'pPx'.includes(next) && pattern[at + 2] === '{' ? endOf(pattern, '}', at + 3) : at + 2
}

function endOf(pattern: string, closing: string, from: number): number {
  const index = pattern.indexOf(closing, from)
  return index === -1 ? pattern.length : index + closing.length
}

/** A `]` straight after `[` or `[^` is a literal, and `[:alpha:]` has one of its own. */
function classEnd(pattern: string, start: number): number {
  let at = start + (pattern[start + 1] === '^' ? 2 : 1)
  if (pattern[at] === ']') at++
  while (at < pattern.length && pattern[at] !== ']') {
    if (pattern[at] === '\\') at += 2
    else if (pattern.startsWith('[:', at)) at = endOf(pattern, ']', at)
    else at++
  }
  return at + 1
}
