/**
 * What a request asks for, in the terms that roles are written in.
 * https://kubernetes.io/docs/reference/access-authn-authz/authorization/#determine-the-request-verb
 */
import type { AccessRequest } from '@/lib/rbac/policy'
import { isTrue } from './query-flag'

const VERBS: Readonly<Record<string, string>> = {
  POST: 'create',
  GET: 'get',
  HEAD: 'get',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
}
/** Verbs that stand in the path itself, before the resource. */
const PATH_VERBS = ['watch', 'proxy']
const NAMESPACE_SUBRESOURCES = ['status', 'finalize']

/** The attributes of a request, whatever it may lead to: paths of no API are asked for by their path. */
export function attributesOf(method: string, url: URL): AccessRequest {
  const path = decoded(url.pathname)
  const parts = path.replace(/^\/+|\/+$/g, '').split('/')
  const [root] = parts
  const isResource = (root === 'api' && parts.length >= 3) || (root === 'apis' && parts.length >= 4)
  if (!isResource) return { is: 'path', verb: method.toLowerCase(), path }
  const [group = '', rest] = root === 'api' ? ['', parts.slice(2)] : [parts[1], parts.slice(3)]
  const pathVerb = PATH_VERBS.find((verb) => verb === rest[0])
  const verb = pathVerb ?? VERBS[method] ?? ''
  const { namespace, target } = inNamespace(pathVerb === undefined ? rest : rest.slice(1))
  const [resource = '', name = '', third = ''] = target
  const subresource = pathVerb === 'proxy' ? '' : third
  const asked = { is: 'resource', verb, group, resource, subresource, namespace, name } as const
  if (name !== '') return asked
  if (verb === 'delete') return { ...asked, verb: 'deletecollection' }
  return verb === 'get' ? { ...asked, ...collection(url.searchParams) } : asked
}

/** A namespace itself is asked for within itself, so that a role in it can let people read it. */
function inNamespace(parts: readonly string[]) {
  const [first, namespace = '', next] = parts
  if (first !== 'namespaces') return { namespace: '', target: parts }
  const isContent = next !== undefined && !NAMESPACE_SUBRESOURCES.includes(next)
  return { namespace, target: isContent ? parts.slice(2) : parts }
}

/** A collection of one name is asked for by that name, so that rights to single objects cover it. */
function collection(query: URLSearchParams): { verb: string; name: string } {
  const terms = (query.get('fieldSelector') ?? '').split(',')
  const [, name = ''] =
    terms.map((term) => /^metadata\.name==?([^=!\\/%]+)$/.exec(term)).find((match) => match) ?? []
  return {
    verb: isTrue(query.get('watch')) ? 'watch' : 'list',
    name: name === '.' || name === '..' ? '' : name,
  }
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}
