/** Path and method → handler. Previous step: http-server.ts. */

import type { IncomingMessage } from 'node:http'
import { parseGoDuration } from '@/lib/validation/go-duration'
import { VERSION_INFO } from '../api/kubernetes-version'
import type { ApiStatus } from '../api/outcome'
import {
  badRequest,
  methodNotAllowed,
  notAcceptable,
  notFound,
  pageNotFound,
  qualified,
  resourceNotFound,
} from '../api/status-error'
import type { ServedKind } from '../kinds/served-kind'
import { type Answer, failed, ok } from '../requests/answer'
import type { ApiRequest, ServerContext } from '../requests/api-request'
import { JSON_OBJECT, negotiate, type Representation } from '../requests/negotiate'
import { parseProxyPath } from '../requests/proxy-path'
import { parseResourcePath, type RequestInfo } from '../requests/request-info'
import type { User } from '../requests/service-account-tokens'
import { debugRefusal, forwardPorts, refuseExec } from '../streaming/pod-streams'
import { proxy } from '../streaming/proxy'
import { review } from './access-reviews'
import {
  aggregatedDiscovery,
  coreVersions,
  groupDocument,
  groupList,
  REVIEWS,
  resourceList,
} from './discovery'
import { finalizeNamespace } from './finalize-namespace'
import { withHint } from './not-served'
import { OpenApiDocuments } from './openapi'
import { podLog } from './pod-logs'
import { findObject, getObject, listOrWatch } from './read-handlers'
import { handleScale } from './scale-handlers'
import { metricsAnswer } from './server-metrics'
import { createToken } from './token-requests'
import {
  handleCreate,
  handleDelete,
  handleDeleteCollection,
  handlePatch,
  handleUpdate,
} from './write-handlers'

interface RoutedRequest {
  readonly context: ServerContext
  readonly openApi: OpenApiDocuments
  readonly http: IncomingMessage
  readonly url: URL
  readonly body: Buffer
  readonly representation: Representation
  readonly user: User
}

/** Everything there is to ask for, over one context. */
export function routesOf(context: ServerContext) {
  const openApi = new OpenApiDocuments(context.kinds)
  return {
    representationFor: (http: IncomingMessage, path: string) =>
      representationFor(http, path, context),
    route: (request: Omit<RoutedRequest, 'context' | 'openApi'>) =>
      route({ ...request, context, openApi }),
  }
}

const ACCEPTED = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf']

/** What the client accepts; 406 for nothing the server has. Health and OpenAPI do not negotiate. */
function representationFor(
  http: IncomingMessage,
  path: string,
  context: ServerContext,
): Representation | Answer {
  const representation = negotiate(http.headers.accept)
  if (representation !== undefined) return representation
  if (!/^\/apis?(\/|$)/.test(path)) {
    return JSON_OBJECT
  }
  return failed(notAcceptable(ACCEPTED, isBuiltinGroup(context, path)))
}

/** The answer to a request whose sender may ask. */
async function route(request: RoutedRequest): Promise<Answer> {
  const path = request.url.pathname
  const unknown = () =>
    failed(isBuiltinGroup(request.context, path) ? resourceNotFound() : pageNotFound())
  const proxied = parseProxyPath(path)
  if (proxied !== undefined) {
    return proxy(request.context, request.http, proxied, request.url.search)
  }
  if (path.includes('//')) return unknown()
  const fixed = fixedPath(request, path)
  if (fixed !== undefined) return fixed
  const info = parseResourcePath(path.replace(/\/$/, ''))
  if (info === undefined) return unknown()
  const virtual = REVIEWS.find(
    (entry) =>
      entry.group === info.group && entry.version === info.version && entry.plural === info.plural,
  )
  if (virtual !== undefined) {
    const isElsewhere = virtual.namespaced !== (info.namespace !== '')
    if (info.name !== '' || isElsewhere) return failed(resourceNotFound())
    if (request.http.method !== 'POST') return failed(methodNotAllowed())
    const query = request.url.searchParams
    return review(virtual, info.namespace, { ...request, query })
  }
  const kind = request.context.kinds.find(info.group, info.version, info.plural)
  if (kind === undefined) return withHint(unknown(), info)
  if (!isInScope(kind, info, request.http.method)) return unknown()
  const { openApi: _, url, ...shared } = request
  const timeout = url.searchParams.get('timeout') ?? ''
  if (timeout !== '' && parseGoDuration(timeout) === undefined) {
    const why = `time: invalid duration ${JSON.stringify(timeout)}`
    return failed(badRequest(`invalid timeout specified in the request URL - ${why}`))
  }
  return routeResource({ ...shared, query: url.searchParams, info, kind })
}

/** Discovery, OpenAPI, metrics and version; undefined for everything else. */
function fixedPath(request: RoutedRequest, path: string): Answer | undefined {
  if (path === '/version' || path === '/version/') {
    return readOnly(request, () => ({ is: 'object', code: 200, object: VERSION_INFO }))
  }
  if (path === '/metrics') return readOnly(request, () => metricsAnswer(request.context))
  if (path === '/openapi/v3' || path.startsWith('/openapi/v3/')) {
    return readOnly(request, () => openApiAnswer(request, path))
  }
  if (path === '/openapi/v2') return readOnly(request, () => openApiV2Answer(request))
  return discoveryAnswer(request, path.replace(/\/$/, ''))
}

function readOnly(request: RoutedRequest, answer: () => Answer): Answer {
  const { method } = request.http
  return method === 'GET' || method === 'HEAD' ? answer() : failed(methodNotAllowed())
}

function openApiAnswer({ openApi, url }: RoutedRequest, path: string): Answer {
  if (path.length <= '/openapi/v3/'.length) {
    return { is: 'text', code: 200, text: JSON.stringify(openApi.index()) }
  }
  const name = path.slice('/openapi/v3/'.length)
  const document = openApi.find(name)
  if (document === undefined) return failed(pageNotFound())
  const hash = url.searchParams.get('hash')
  const etag = `"${document.hash}"`
  if (hash !== null && hash !== document.hash) {
    const Location = `/openapi/v3/${name}?hash=${document.hash}`
    return { is: 'text', code: 301, text: '', headers: { Location } }
  }
  return {
    is: 'text',
    code: 200,
    text: document.json,
    contentType: 'application/json',
    headers:
      hash === null
        ? { ETag: etag }
        : { ETag: etag, 'Cache-Control': 'public, immutable, max-age=31536000' },
  }
}

const OPENAPI_V2_TYPE = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf'

/**
 * kubectl asks the old document about kinds that the new ones do not have. An empty one lets it go on to say that
 * there is no such kind; a 404 would make it complain about the document instead.
 */
function openApiV2Answer({ http }: RoutedRequest): Answer {
  if (!(http.headers.accept ?? '').includes('proto-openapi.spec.v2')) return failed(pageNotFound())
  // gnostic Document { swagger = 1: "2.0", info = 2 { title = 1: "-", version = 2: "1" } }
  const text = '\n\u00032.0\u0012\u0006\n\u0001-\u0012\u00011'
  return { is: 'text', code: 200, text, contentType: OPENAPI_V2_TYPE }
}

const AGGREGATED_TYPE = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'

function discoveryAnswer(request: RoutedRequest, path: string): Answer | undefined {
  const { kinds } = request.context
  const [, root, group = '', version = '', rest] = path.split('/')
  if (root !== 'api' && root !== 'apis') return undefined
  if (group === '') return readOnly(request, () => rootDiscovery(request, root === 'api'))
  const document =
    root === 'api'
      ? version === '' && resourceList(kinds, '', group)
      : version === ''
        ? groupDocument(kinds, group)
        : rest === undefined && resourceList(kinds, group, version)
  if (document === false) return undefined
  return readOnly(request, () => (document === undefined ? failed(pageNotFound()) : ok(document)))
}

function rootDiscovery(request: RoutedRequest, isCore: boolean): Answer {
  const { kinds } = request.context
  const headers = { Vary: 'Accept' }
  if (request.representation.isAggregatedDiscovery) {
    const object = aggregatedDiscovery(kinds, isCore)
    return { is: 'object', code: 200, object, contentType: AGGREGATED_TYPE, headers }
  }
  const object = isCore ? coreVersions(request.http.headers.host ?? '') : groupList(kinds)
  return { is: 'object', code: 200, object, headers }
}

/** Whether kinds compiled into the server have the group of a path: those answer a Status where others answer plain text. */
function isBuiltinGroup(context: ServerContext, path: string): boolean {
  const [, root, group = ''] = path.split('/')
  if (root === 'api') return true
  const hasGroup = (other: { group: string }) => other.group === group
  const isBuiltin = context.kinds.all().some((kind) => !kind.isCustom && hasGroup(kind.resource))
  return root === 'apis' && (isBuiltin || REVIEWS.some(hasGroup))
}

/** Namespaced objects live under a namespace; only their collections go without one, and custom ones for reading. */
function isInScope(kind: ServedKind, info: RequestInfo, method = ''): boolean {
  if (!kind.resource.namespaced) return info.namespace === ''
  if (info.namespace !== '') return true
  return info.name === '' && (!kind.isCustom || method === 'GET' || method === 'HEAD')
}

/** Custom resources take every method at every path and complain later; compiled-in ones do not route them. */
function isRouted({ info, http, kind }: ApiRequest): boolean {
  const { method = '' } = http
  if (info.isWatchPath) return method === 'GET'
  if (kind.isCustom) return true
  if (info.name !== '') return /^(GET|PUT|PATCH|DELETE)$/.test(method)
  if (kind.resource.namespaced && info.namespace === '') return method === 'GET'
  if (method === 'DELETE') return kind.verbs.includes('deletecollection')
  return method === 'GET' || method === 'POST'
}

async function routeResource(request: ApiRequest): Promise<Answer> {
  const { info, http } = request
  if (info.subresource !== '') return routeSubresource(request)
  const { readOnlyReason } = request.kind
  if (readOnlyReason !== undefined && !/^(GET|HEAD)$/.test(http.method ?? '')) {
    const refusal = methodNotAllowed()
    return failed({ ...refusal, message: `${refusal.message}: ${readOnlyReason}` })
  }
  if (!isRouted(request)) return failed(methodNotAllowed())
  if (info.isWatchPath) return listOrWatch(request)
  const isItem = info.name !== ''
  switch (http.method) {
    case 'GET':
    case 'HEAD':
      return isItem ? getObject(request) : listOrWatch(request)
    case 'POST':
      return handleCreate(request)
    case 'PUT':
      return handleUpdate(request)
    case 'PATCH':
      return handlePatch(request)
    case 'DELETE':
      return isItem ? handleDelete(request) : handleDeleteCollection(request)
    default:
      return failed(methodNotAllowed())
  }
}

async function routeSubresource(request: ApiRequest): Promise<Answer> {
  const { info, kind, http } = request
  const isStatus = info.subresource === 'status' && kind.hasStatus
  const scale = info.subresource === 'scale' ? kind.scale : undefined
  if (isStatus || scale !== undefined) {
    if (!/^(GET|PUT|PATCH)$/.test(http.method ?? '')) return failed(verbNotSupported(request))
    return scale === undefined ? routeStatus(request) : handleScale(request, scale)
  }
  const own = routeOwnSubresource(request)
  if (own !== undefined) return own
  // An unknown subresource of a custom resource is reported as if the object were missing.
  return failed(kind.isCustom ? notFound(kind.resource, info.name) : resourceNotFound())
}

/** Subresources of one built-in kind each; undefined for all else. */
function routeOwnSubresource(request: ApiRequest): Answer | Promise<Answer> | undefined {
  const { info, kind } = request
  if (info.subresource === 'finalize' && kind.hasFinalize) return finalizeNamespace(request)
  if (info.subresource === 'token' && kind.hasTokens) return createToken(request)
  return kind.hasLog && POD_SUBRESOURCES.has(info.subresource) ? routePod(request) : undefined
}

function routeStatus(request: ApiRequest): Answer | Promise<Answer> {
  if (request.http.method === 'GET') return getObject(request)
  return request.http.method === 'PUT' ? handleUpdate(request) : handlePatch(request)
}

/** 405 of a subresource; that of a custom resource names the verb. */
function verbNotSupported({ kind, http }: ApiRequest): ApiStatus {
  const verb = http.method === 'DELETE' ? 'delete' : 'create'
  const name = qualified(kind.resource.plural, kind.resource.group)
  if (!kind.isCustom) return methodNotAllowed()
  const message = `${verb} is not supported on resources of kind "${name}"`
  const details = { group: kind.resource.group, kind: kind.resource.plural }
  return { ...methodNotAllowed(), message, details }
}

const POD_SUBRESOURCES = new Set(['log', 'portforward', 'exec', 'attach', 'ephemeralcontainers'])

function routePod(request: ApiRequest): Answer {
  const { info, http, context, query } = request
  const isLog = info.subresource === 'log'
  if (info.subresource === 'ephemeralcontainers') {
    const pod = findObject(request)
    return failed(pod.ok ? debugRefusal(pod.value) : pod.error)
  }
  if (http.method !== 'GET' && (isLog || http.method !== 'POST')) return failed(methodNotAllowed())
  const pod = findObject(request)
  if (!pod.ok) return failed(pod.error)
  if (isLog) {
    return podLog(context.pods, pod.value, query, context.now(), (end) => context.hub.onStop(end))
  }
  return info.subresource === 'portforward'
    ? forwardPorts(request, pod.value)
    : refuseExec(pod.value)
}
