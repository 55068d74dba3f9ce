/**
 * Who a request comes from: the one place that turns credentials and impersonation headers into a user.
 * https://kubernetes.io/docs/reference/access-authn-authz/authentication/#user-impersonation
 */
import type { IncomingMessage } from 'node:http'
import type { AccessRequest } from '@/lib/rbac/policy'
import { goQuote } from '@/lib/validation/go-text'
import { failure, type Outcome, success } from '../api/outcome'
import { internal, unauthorized } from '../api/status-error'
import { type Authorizer, refusalOf } from './authorizer'
import type { ServiceAccountTokens, User } from './service-account-tokens'

/** Headers that say on whose behalf a request is sent; none of them is for a backend. */
export const IMPERSONATION = /^impersonate-/

const EXTRA = 'impersonate-extra-'
const AUTHENTICATED = 'system:authenticated'
const UNAUTHENTICATED = 'system:unauthenticated'
const SERVICE_ACCOUNT =
  /^system:serviceaccount:([a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?):([a-z0-9](?:[-.a-z0-9]{0,251}[a-z0-9])?)$/

/**
 * The user of a token, or the one it asks to be taken for, which takes the right to impersonate each part of who that is.
 * 401 without a valid token; 403 without the right; 500, as a kube-apiserver has it, for groups, a uid or extras of nobody.
 */
export function requesterOf(
  http: IncomingMessage,
  { tokens, access }: { readonly tokens: ServiceAccountTokens; readonly access: Authorizer },
): Outcome<User> {
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
  const groups = valuesOf('impersonate-group')
  const extra = wanted
    .filter(([name]) => name.startsWith(EXTRA))
    .map(([name, values = []]) => [unescaped(name.slice(EXTRA.length)), values] as const)
  for (const part of partsOf({ username, groups, extra, uid })) {
    const refusal = refusalOf(access, user, part)
    if (refusal !== undefined) return failure(refusal)
  }
  return success({
    username,
    ...(uid === '' ? {} : { uid }),
    groups: groupsOf(username, groups),
    ...(extra.length === 0 ? {} : { extra: Object.fromEntries(extra) }),
  })
}

interface Impersonated {
  readonly username: string
  readonly groups: readonly string[]
  readonly extra: readonly (readonly [key: string, values: readonly string[]])[]
  readonly uid: string
}

/** What has to be asked about somebody to be taken for: the name, each group, each value of an extra, the uid. */
function partsOf({ username, groups, extra, uid }: Impersonated): AccessRequest[] {
  const part = (resource: string, name: string, more: Partial<ResourceRequest> = {}) => ({
    ...IMPERSONATE,
    resource,
    name,
    ...more,
  })
  const [, namespace, account = ''] = SERVICE_ACCOUNT.exec(username) ?? []
  const group = 'authentication.k8s.io'
  return [
    namespace === undefined
      ? part('users', username)
      : part('serviceaccounts', account, { namespace }),
    ...groups.map((name) => part('groups', name)),
    ...extra.flatMap(([subresource, values]) =>
      values.map((value) => part('userextras', value, { group, subresource })),
    ),
    ...(uid === '' ? [] : [part('uids', uid, { group })]),
  ]
}

type ResourceRequest = Extract<AccessRequest, { is: 'resource' }>

const IMPERSONATE = {
  is: 'resource',
  verb: 'impersonate',
  group: '',
  subresource: '',
  namespace: '',
} as const

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
