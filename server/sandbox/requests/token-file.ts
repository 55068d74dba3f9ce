/**
 * Kube-apiserver's static token file: `token,user,uid,"group1,group2"`, one a line.
 * https://kubernetes.io/docs/reference/access-authn-authz/authentication/#static-token-file
 */
import { TOKENS_MAX } from '../api/limits'
import type { StaticToken } from './service-account-tokens'

export type TokenFile =
  | { readonly ok: true; readonly tokens: readonly StaticToken[] }
  /** A sentence that names the line and what it should be; never a token. */
  | { readonly ok: false; readonly message: string }

const SHAPE = 'token,user,uid,"group1,group2"'
const AUTHENTICATED = 'system:authenticated'

/** The tokens of a file's text. Empty lines and those that begin with `#` are passed over. */
export function parseTokenFile(text: string): TokenFile {
  const tokens = new Map<string, StaticToken>()
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue
    const read = tokenOf(line)
    const problem = typeof read === 'string' ? read : newProblem(tokens, read)
    if (problem !== undefined) return { ok: false, message: `line ${index + 1} ${problem}` }
    if (typeof read !== 'string') tokens.set(read.token, read)
  }
  return { ok: true, tokens: [...tokens.values()] }
}

function newProblem(
  tokens: ReadonlyMap<string, StaticToken>,
  { token }: StaticToken,
): string | undefined {
  if (tokens.has(token)) return 'repeats the token of an earlier line.'
  return tokens.size === TOKENS_MAX ? `is one too many: ${TOKENS_MAX} tokens may be.` : undefined
}

/** The token of one line, or what is wrong with it. Whoever comes with one is authenticated, whatever the line says. */
function tokenOf(line: string): StaticToken | string {
  const cells = cellsOf(line)
  if (cells === undefined) return `has a quote that does not end; a line is ${SHAPE}.`
  const [token = '', username = '', uid, groups = ''] = cells
  if (token === '' || username === '' || uid === undefined) {
    return `lacks a token, a user or a uid; a line is ${SHAPE}.`
  }
  const named = groups.split(',').filter((group) => group !== '')
  const all = named.includes(AUTHENTICATED) ? named : [...named, AUTHENTICATED]
  return { token, user: { username, ...(uid === '' ? {} : { uid }), groups: all } }
}

/** The cells of one line of comma-separated values (RFC 4180); undefined when a quoted one does not end. */
function cellsOf(line: string): string[] | undefined {
  const cells: string[] = []
  let rest = line
  for (;;) {
    const match = /^\s*"((?:[^"]|"")*)"\s*(,|$)|^([^,"]*)(,|$)/.exec(rest)
    if (match === null) return undefined
    const [whole, quoted, afterQuoted, plain = '', afterPlain] = match
    cells.push(quoted === undefined ? plain.trim() : quoted.replaceAll('""', '"'))
    if ((afterQuoted ?? afterPlain) !== ',') return cells
    rest = rest.slice(whole.length)
  }
}
