import { regexTokens } from './regex-tokens'

/** Instructions that take as long to compile as a Unicode class, and letters that take as long to fold as an instruction. */
const UNICODE_CLASS_COST = 100
const FOLDED_LETTERS_PER_COST = 8

/**
 * Returns about how many instructions an expression of RE2's syntax compiles to, without compiling it: counted repetition
 * copies what it repeats, so that a short one may stand for millions. Within a factor of three for a valid one; for others
 * some number. Time is linear in the pattern.
 */
export function compileCost(pattern: string): number {
  const isFolded = /\(\?[A-Za-z]*i/.test(pattern)
  const outer: number[] = []
  let total = 0
  let last = 0
  for (const token of regexTokens(pattern)) {
    const copies = copiesOf(token)
    if (copies > 0) {
      total += last * (copies - 1)
      last *= copies
    } else if (token === '(') {
      outer.push(total)
      total = 0
      last = 0
    } else if (token === ')') {
      last = total + 2
      total = last + (outer.pop() ?? 0)
    } else {
      last = costOf(token, isFolded)
      total += last
    }
  }
  return outer.reduce((sum, before) => sum + before, total)
}

function copiesOf(token: string): number {
  const [, least, most] = /^\{(\d+)(?:,(\d*))?\}$/.exec(token) ?? []
  return least === undefined ? 0 : Math.max(1, Number(least), Number(most ?? 0))
}

function costOf(token: string, isFolded: boolean): number {
  if (token.startsWith('\\Q')) return token.length
  let cost = 1 + UNICODE_CLASS_COST * (token.match(/\\[pP]/g)?.length ?? 0)
  if (!isFolded || !token.startsWith('[')) return cost
  for (const [, from = '', to = ''] of token.matchAll(RANGES)) {
    cost += Math.max(0, codeOf(to) - codeOf(from)) / FOLDED_LETTERS_PER_COST
  }
  return cost
}

const RANGES = /(\\x\{[0-9A-Fa-f]+\}|[^\\])-(\\x\{[0-9A-Fa-f]+\}|[^\\])/gu

function codeOf(end: string): number {
  if (end.startsWith('\\x{')) return Number.parseInt(end.slice(3), 16)
  return end.codePointAt(0) ?? 0
}
