/**
 * Who a request comes from: the one place that turns credentials and impersonation headers into a user.
 * https://kubernetes.io/docs/reference/access-authn-authz/authentication/#user-impersonation
 */
import type { IncomingMessage } from 'node:http'
import { goQuote } from '@/lib/validation/go-text'
import { failure, type Outcome, success } from '../api/outcome'
import { internal, unauthorized } from '../api/status-error'
import type { ServiceAccountTokens, User } from './service-account-tokens'

/** Headers that say on whose behalf a request is sent; none of them is for a backend. */
export const IMPERSONATION = /^impersonate-/

const EXTRA = 'impersonate-extra-'
const AUTHENTICATED = 'system:authenticated'
const UNAUTHENTICATED = 'system:unauthenticated'
const SERVICE_ACCOUNT = /^system:serviceaccount:([^:]+):[^:]+$/

/**
 * The user of a token, or the one it asks to be taken for: everybody may impersonate everybody, as everybody may do everything.
 * 401 without a valid token; 500, as a kube-apiserver has it, for groups, a uid or extras of nobody.
 */
export function requesterOf(http: IncomingMessage, tokens: ServiceAccountTokens): Outcome<User> {
  const user = tokens.userOf(http.headers.authorization)
  if (user === undefined) return failure(unauthorized())
  const wanted = Object.entries(http.headersDistinct).filter(([name]) => IMPERSONATION.test(name))
  if (wanted.length === 0) return success(user)
  const valuesOf = (name: string) => http.headersDistinct[name] ?? []
  const [username = ''] = valuesOf('impersonate-user')
  if (username === '') {
    const names = wanted.map(([name]) => name).join(' ')
    const path = goQuote((http.url ?? '/').split('?')[0] ?? '/')
    const why = `requested [${names}] without impersonating a user`
    const message = `Internal Server Error: ${path}: ${why}`
    return failure({ ...internal(message), isPlainText: true })
  }
  const [uid = ''] = valuesOf('impersonate-uid')
  const extra = wanted
    .filter(([name]) => name.startsWith(EXTRA))
    .map(([name, values = []]) => [unescaped(name.slice(EXTRA.length)), values] as const)
  return success({
    username,
    ...(uid === '' ? {} : { uid }),
    groups: groupsOf(username, valuesOf('impersonate-group')),
    ...(extra.length === 0 ? {} : { extra: Object.fromEntries(extra) }),
  })
}

/** The groups asked for, those of a service account when there are none, and that of all who are known or unknown. */
function groupsOf(username: string, asked: readonly string[]): string[] {
  const namespace = SERVICE_ACCOUNT.exec(username)?.[1]
  const own =
    namespace === undefined ? [] : ['system:serviceaccounts', `system:serviceaccounts:${namespace}`]
  const groups = asked.length > 0 ? [...asked] : own
  const isAnonymous = username === 'system:anonymous'
  const isSaid =
    groups.includes(UNAUTHENTICATED) || (!isAnonymous && groups.includes(AUTHENTICATED))
  if (!isSaid) groups.push(isAnonymous ? UNAUTHENTICATED : AUTHENTICATED)
  return groups
}

function unescaped(key: string): string {
  try {
    return decodeURIComponent(key)
  } catch {
    return key
  }
}
